use mmrec::{
    DateTime64, TimeDelta64,
    units::{Generic, Multiple, Second},
};

const ZERO: TimeDelta64<Multiple<Second, 0>> = TimeDelta64::from_steps(1);
const TOO_MANY: TimeDelta64<Multiple<Second, 0x8000_0000>> = TimeDelta64::from_steps(1);
const OF_A_MULTIPLE: TimeDelta64<Multiple<Multiple<Second, 0x1_0000>, 0x1_0000>> = TimeDelta64::NAT;
const OF_NO_UNIT: DateTime64<Multiple<Generic, 2>> = DateTime64::from_steps(1);

fn main() {
    let _ = (ZERO, TOO_MANY, OF_A_MULTIPLE, OF_NO_UNIT);
}
