//! Plans over these tables as bytes, for engines of many machines.
//!
//! DataFusion writes plans as bytes, and asks a codec for what it does not know. [`NpyLogicalCodec`] and [`NpyPhysicalCodec`] know the
//! tables of this crate, and ask another codec for all else: an engine's own, such as Ballista's, goes inside of them.
//! Between the bytes of a plan there are no rows: the tables have to be where all machines find them under the same path.
//!
//! ```
//! use datafusion::{error::Result, prelude::SessionContext};
//! use datafusion_proto::bytes::{
//!     physical_plan_from_bytes_with_extension_codec, physical_plan_to_bytes_with_extension_codec,
//! };
//! use mmrec_datafusion::proto::NpyPhysicalCodec;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! # let dir = std::env::temp_dir().join(format!("mmrec-doc-proto-{}", std::process::id()));
//! # std::fs::create_dir(&dir)?;
//! # mmrec::RecordMap::<i32>::options().shape(3).create_npy(dir.join("a.npy")).unwrap();
//! let context = SessionContext::new();
//! mmrec_datafusion::register(&context);
//! context.sql(&format!("CREATE EXTERNAL TABLE t STORED AS NPY LOCATION '{}/'", dir.display())).await?;
//! let plan = context.sql("SELECT count(*) FROM t WHERE value >= 0").await?.create_physical_plan().await?;
//!
//! let codec = NpyPhysicalCodec::default();
//! let bytes = physical_plan_to_bytes_with_extension_codec(plan, &codec)?;
//! // On another machine:
//! let plan = physical_plan_from_bytes_with_extension_codec(&bytes, &context.task_ctx(), &codec)?;
//! let rows = datafusion::physical_plan::collect(plan, context.task_ctx()).await?;
//! # assert_eq!(rows[0].column(0).as_ref(), &arrow_array::Int64Array::from(vec![3]));
//! # std::fs::remove_dir_all(dir)?;
//! # Ok(())
//! # }
//! ```
//!
//! [Many machines](cluster) says how data is laid out, and what happens when something fails.
//!
//! Logical plans have one gap: DataFusion writes a listing of files by itself, and refuses formats that are not its own before a
//! codec is asked. The optimizer rule [`SendNpyTables`], added to the session of the client, closes it.
//!
//! # What travels
//!
//! Of a table its paths, options, columns, partition columns and declared orders. Of a scan besides its files with
//! their ranges, partition values and statistics; projection, predicate, limit and size of batches. A [`MapTable`](crate::MapTable)
//! does not travel: an open map is of one process. Nor does `COPY … TO` a `.npy`: write the rows where they arrive.
//!
//! Plans whose scans wait for the result of a subquery in the same process cannot be taken apart: a session whose physical plans travel
//! sets `datafusion.optimizer.enable_physical_uncorrelated_scalar_subquery` to `false`, as Ballista's does.
//!
//! The bytes begin with the major version of this crate, which is DataFusion's, and those of another are an error: client, scheduler
//! and executors have to be of one version. Bytes that are damaged are an error too, never a panic.

#[doc = include_str!("../doc/cluster.md")]
pub mod cluster {}

/// A codec that asks another for all that is none of ours, and its methods for functions, which none of ours are.
macro_rules! codec_around {
    ($(#[$about:meta])* $codec:ident, $trait:ident, $default:ident) => {
        $(#[$about])*
        #[derive(Debug)]
        pub struct $codec {
            inner: Arc<dyn $trait>,
        }

        impl $codec {
            /// Asks this codec for what is none of ours: the engine's own.
            pub fn new(inner: Arc<dyn $trait>) -> Self {
                Self { inner }
            }
        }

        impl Default for $codec {
            /// Without another codec.
            fn default() -> Self {
                Self::new(Arc::new($default {}))
            }
        }
    };
    (functions: $($decode:ident, $encode:ident, $function:ident;)+) => {
        $(
            fn $decode(&self, name: &str, buf: &[u8]) -> Result<Arc<$function>> {
                self.inner.$decode(name, buf)
            }

            fn $encode(&self, node: &$function, buf: &mut Vec<u8>) -> Result<()> {
                self.inner.$encode(node, buf)
            }
        )+
    };
    (functions) => {
        codec_around! {
            functions:
            try_decode_udf, try_encode_udf, ScalarUDF;
            try_decode_higher_order_function, try_encode_higher_order_function, HigherOrderUDF;
            try_decode_udaf, try_encode_udaf, AggregateUDF;
            try_decode_udwf, try_encode_udwf, WindowUDF;
        }
    };
}

mod logical;
mod physical;

use std::panic::{AssertUnwindSafe, catch_unwind};

use datafusion::common::{Result, exec_datafusion_err, exec_err};
use prost::Message;

pub use self::{
    logical::{NpyLogicalCodec, SendNpyTables},
    physical::NpyPhysicalCodec,
};

/// What the bytes of this crate begin with. No message of another codec does: in the wire format of protobuf a zero is the number
/// of no field.
const MAGIC: [u8; 4] = *b"\0npy";

/// How the messages are written. It counts up when they change under one version of DataFusion.
const REVISION: u8 = 1;

const NOT_A_MAP: &str = "a MapTable is of one process, and another cannot read it; create an external table at the path of its file";

/// What the bytes are of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Table,
    Scan,
}

impl Kind {
    fn byte(self) -> u8 {
        match self {
            Self::Table => b't',
            Self::Scan => b's',
        }
    }
}

/// Writes a message behind the head that says what it is, and of which version.
fn write(kind: Kind, message: &impl Message, to: &mut Vec<u8>) {
    to.extend(MAGIC);
    to.push(kind.byte());
    to.push(REVISION);
    to.push(major());
    to.extend(message.encode_to_vec());
}

/// Reads what [`write`] wrote; `None` if it was another codec.
fn read<M: Message + Default>(kind: Kind, from: &[u8]) -> Result<Option<M>> {
    let Some(rest) = from.strip_prefix(&MAGIC) else { return Ok(None) };
    let Some((&[found, revision, version], message)) = rest.split_first_chunk() else {
        return exec_err!("a plan over .npy tables is cut short, after {} bytes", from.len());
    };
    if (version, revision) != (major(), REVISION) {
        return exec_err!(
            "a plan over .npy tables was written by mmrec-datafusion {version}, in revision {revision}, and this is {}, with \
             revision {REVISION}; run the same version on the client, the scheduler and the executors",
            major()
        );
    }
    if found != kind.byte() {
        return exec_err!("the bytes of a plan over .npy tables are not those of a {kind:?}");
    }
    match M::decode(message) {
        Ok(message) => Ok(Some(message)),
        Err(error) => exec_err!("the bytes of a plan over .npy tables are damaged: {error}"),
    }
}

/// The major version, which is DataFusion's.
fn major() -> u8 {
    env!("CARGO_PKG_VERSION_MAJOR").parse().unwrap_or(u8::MAX)
}

/// A part of a plan that a message has to have.
fn required<T>(part: Option<T>, name: &str) -> Result<T> {
    part.ok_or_else(|| {
        exec_datafusion_err!("the bytes of a plan over .npy tables are damaged: there is no {name}")
    })
}

/// Runs a part of decoding in which DataFusion takes its own messages apart: some of their values (a decimal of the wrong
/// number of bytes) panic there.
fn guarded<T>(decode: impl FnOnce() -> Result<T>) -> Result<T> {
    // Nothing outlives a panic but what was there before, which decoding only reads.
    catch_unwind(AssertUnwindSafe(decode)).unwrap_or_else(|_| {
        exec_err!("the bytes of a plan over .npy tables are damaged: a value in them cannot be")
    })
}
