//! Nothing that a terminal obeys comes out of a file.

use super::kit::look;

#[test]
fn names_and_strings_give_a_terminal_no_orders() {
    let commands: [&[&str]; 12] = [
        &["info", "hostile.npy"],
        &["info", "hostile.npy", "--json"],
        &["head", "hostile.npy"],
        &["head", "hostile.npy", "--json"],
        &["head", "hostile.npy", "--width", "30"],
        &["stats", "hostile.npy"],
        &["stats", "hostile.npy", "--json"],
        &["struct", "hostile.npy"],
        &["struct", "hostile.npy", "--c"],
        &["struct", "hostile.npy", "--numpy", "--json"],
        &["diff", "hostile.npy", "trades.npy", "--json"],
        &["rows", "0", "hostile.npy", "--fields", "none\u{9b}2J\u{202e}"],
    ];
    for args in commands {
        let ran = look(args);
        let orders = |letter: &char| {
            letter.is_control() && *letter != '\n'
                || matches!(letter, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        };
        let all = ran.text.clone() + &ran.errors;
        assert_eq!(all.chars().find(orders), None, "{args:?}: {all:?}");
        assert!(
            all.contains("\u{e9}t\u{e9}") && all.contains("\\x1b")
                || args.contains(&"--json")
                || args[0] == "struct",
            "{all}"
        );
    }
}
