use super::run::mmrec;

#[test]
fn it_says_its_version() {
    let out = mmrec(&["--version"]);
    assert_eq!(out.text, format!("mmrec {}\n", env!("CARGO_PKG_VERSION")));
}
