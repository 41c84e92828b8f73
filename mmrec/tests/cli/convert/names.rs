//! What a name says of a file.

use super::Files;

#[test]
fn what_is_made_goes_by_the_end_of_its_name_alone() {
    let files = Files::new().with("a.npy", std::fs::read(super::golden("none.npy")).unwrap());
    let start = |name: &str| files.convert("a.npy", name, &[])[..3].to_vec();
    let npy = start("x.npy");
    assert_eq!([start("x.NPY"), start("x.Npy")], [npy.clone(), npy]);
    assert_eq!([start("x.csv"), start("x.CSV"), start("x.Tsv")], [b"val"; 3]);
    for name in ["x", "x.bin", "x.RAW", "x.dat", ".x"] {
        assert_eq!(files.convert("a.npy", name, &[]), b"", "{name}");
    }
    for name in ["x.parquet", "x.csv.gz", "x.json", "x.txt", "x.npz.part", "x.", "x.npy~"] {
        let error = format!(
            "{name}: the name does not say what to make; end it with .npy, .csv or .tsv, or for raw records with .bin, .raw, .dat \
             or nothing, or say it with --to npy, --to csv or --to raw"
        );
        assert_eq!(files.fail("a.npy", name, &[]), error);
        assert_eq!(files.convert("a.npy", name, &["--to", "raw"]), b"");
    }
    assert_eq!(files.fail("a.npy", "x.NPZ", &[]), "x.NPZ: no .npz archive is made; make a .npy");
}

#[test]
fn what_is_read_too() {
    let files =
        Files::new().with("a.CSV", "value\n7\n").with("a.Tsv", "a\tb\n1\t2\n").with("a.txt", "value\n7\n");
    assert_eq!(files.convert("a.CSV", "a.raw", &["--dtype", "u1"]), [7]);
    assert_eq!(files.convert("a.Tsv", "b.raw", &["--dtype", "[('a', 'u1'), ('b', 'u1')]"]), [1, 2]);
    let error = files.fail("a.txt", "c.raw", &["--dtype", "u1"]);
    assert_eq!(error, "a.txt: is it text with columns, or records? say it with --from csv or --from binary");
    assert_eq!(files.convert("a.txt", "c.raw", &["--dtype", "u1", "--from", "csv"]), [7]);
    assert_eq!(files.convert("a.txt", "d.raw", &["--dtype", "u1", "--from", "binary"]), b"value\n7\n");
}

#[test]
fn a_directory_is_no_name() {
    let files = Files::new().with("a.csv", "value\n7\n");
    for name in ["d", "d.npy", "d.v2"] {
        std::fs::create_dir(files.path(name)).unwrap();
        for force in [&["--dtype", "u1"][..], &["--dtype", "u1", "--force"]] {
            let error = files.fail("a.csv", name, force);
            assert_eq!(error, format!("{name}: it is a directory; name a file in it, such as {name}/a.npy"));
        }
    }
}

#[test]
fn what_is_asked_of_a_text_is_refused_where_there_is_none() {
    let files = Files::new().with("a", "value\n7\n");
    let error = "--delimiter, --no-header, --empty-is-nan, --epoch and --bad-rows are of text; neither file is: if FILE is, give --from csv";
    for args in [
        &["--delimiter", ","][..],
        &["--no-header"],
        &["--empty-is-nan"],
        &["--epoch"],
        &["--bad-rows", "skip"],
    ] {
        let args = [args, &["--dtype", "u1"]].concat();
        assert_eq!(files.fail("a", "b", &args), error);
    }
    assert_eq!(files.convert("a", "b", &["--delimiter", ";", "--dtype", "u1", "--from", "csv"]), [7]);
}
