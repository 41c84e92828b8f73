//! What must not compile, and with which message: one folder for each rule.

#[test]
fn messages() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/*/*.rs");
}
