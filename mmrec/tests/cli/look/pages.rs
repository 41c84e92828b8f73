//! Completions and the manual.

use std::fs;

use super::kit::look;

const COMMANDS: [&str; 11] =
    ["info", "head", "tail", "rows", "stats", "plot", "struct", "diff", "convert", "completions", "man"];

#[test]
fn completions_know_the_commands_and_options() {
    for (shell, start) in [("bash", "_mmrec() {"), ("zsh", "#compdef mmrec"), ("fish", "complete -c mmrec")] {
        let ran = look(&["completions", shell]);
        assert_eq!((ran.code, ran.errors.as_str()), (Some(0), ""));
        assert!(ran.text.contains(start), "{shell}");
        for word in COMMANDS.iter().chain(&["fields", "no-histogram", "member"]) {
            assert!(ran.text.contains(word), "{shell}: {word}");
        }
    }
    let ran = look(&["completions", "tcl"]);
    assert!(ran.code == Some(2) && ran.errors.contains("zsh"), "{ran:?}");
}

#[test]
fn completions_are_taken_by_bash() {
    let dir = tempfile::tempdir().unwrap();
    let script = dir.path().join("mmrec.bash");
    fs::write(&script, look(&["completions", "bash"]).text).unwrap();
    let asked = format!(
        "source {}; COMP_WORDS=(mmrec st); COMP_CWORD=1; _mmrec mmrec st mmrec; echo ${{COMPREPLY[*]}}",
        script.display()
    );
    match std::process::Command::new("bash").args(["--norc", "-c", &asked]).output() {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout), "stats struct\n", "{output:?}"),
        Err(error) => eprintln!("skipped: no bash: {error}"),
    }
}

#[test]
fn there_is_a_page_for_each_command() {
    let dir = tempfile::tempdir().unwrap();
    let ran = look(&["man", dir.path().to_str().unwrap()]);
    assert_eq!((ran.code, ran.text.as_str(), ran.errors.as_str()), (Some(0), "", ""));
    for command in COMMANDS {
        let page = fs::read_to_string(dir.path().join(format!("mmrec-{command}.1"))).unwrap();
        assert!(page.contains(&format!(".TH mmrec-{command} 1")) && page.contains(".SH SYNOPSIS"), "{page}");
    }
    let first = fs::read_to_string(dir.path().join("mmrec.1")).unwrap();
    assert_eq!(look(&["man"]).text, first);
    assert!(first.contains("files of fixed\\-size records") && first.contains("Exit codes"), "{first}");
    let ran = look(&["man", "no/such/directory"]);
    assert!(ran.code == Some(2) && ran.errors.starts_with("error: no/such/directory: "), "{ran:?}");
}
