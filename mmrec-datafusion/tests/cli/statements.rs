//! Where statements come from, and what they may be.

use crate::kit::Files;

#[test]
fn statements_come_from_arguments_a_file_and_the_standard_input() {
    let files = Files::new().with("q.sql", "create view v as select 7 as n; -- a view\n");
    assert_eq!(files.ok(&["-f", "q.sql", "select n from v"]), "n\n7\n");
    assert_eq!(files.ok(&["select 1 as a;", "select 2 as b"]), "a\n1\nb\n2\n");
    assert_eq!(files.ok(&["select 1 as a; select 2 as b;"]), "a\n1\nb\n2\n");
    for args in [&[][..], &["-f", "-"]] {
        let ran = files.run_with(args, "select 3 as c;\n");
        assert_eq!((ran.code, ran.text.as_str()), (Some(0), "c\n3\n"), "{}", ran.errors);
    }
    assert_eq!(files.fail(&["-f", "none.sql"]), "none.sql: No such file or directory (os error 2)");
    let nothing = "there is no statement; give one, as in mmrec-sql \"select count(*) from 'trades.npy'\"";
    assert_eq!(files.fail(&[" ; -- nothing"]), nothing);
}

#[test]
fn nothing_is_done_if_a_statement_cannot_be_read() {
    let files = Files::new();
    let error = files.fail(&["copy (select 1) to 'a.csv'", "selct 2"]);
    assert!(error.starts_with("syntax: ") && error.contains("selct"), "{error}");
    assert_eq!(files.names(), [""; 0]);
}

#[test]
fn tables_are_made_described_and_listed() {
    let files = Files::new().with("t.csv", "a,B\n1,x\n2,\n");
    assert_eq!(files.ok(&["select sum(a) as s, count(\"B\") as c from 't.csv'"]), "s  c\n3  1\n");
    let sql = "create external table t stored as csv location 't.csv' options ('format.has_header' 'true'); \
               describe t; show tables";
    let text = files.ok(&[sql]);
    assert!(text.starts_with("column_name  data_type  is_nullable\na            Int64"), "{text}");
    assert!(text.contains("public") && !text.contains('\x1b'), "{text}");
    let text = files.ok(&["explain select a from 't.csv' where a > 1"]);
    assert!(text.starts_with("logical_plan\n") && text.contains("\nphysical_plan\n"), "{text}");
}

#[test]
fn settings_and_times() {
    let files = Files::new();
    let sql = "show datafusion.execution.target_partitions; show datafusion.execution.batch_size";
    let text = files.ok(&[sql, "--threads", "3", "--batch-size", "100", "--format", "csv"]);
    let value = |name: &str| {
        text.lines().find_map(|line| line.strip_prefix(&format!("datafusion.execution.{name},")))
    };
    assert_eq!((value("target_partitions"), value("batch_size")), (Some("3"), Some("100")), "{text}");
    let ran = files.run(&["select 1 as a union all select 2", "--time"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.errors.starts_with("2 rows in ") && ran.errors.ends_with("s\n"), "{}", ran.errors);
    assert_eq!(files.run(&["select 1", "--threads", "0"]).code, Some(2));
}
