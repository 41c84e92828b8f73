//! Mistakes in the user's struct: gathered, then reported all at once.

use std::fmt::Display;

use proc_macro2::TokenStream;
use quote::ToTokens;

/// The mistakes found so far.
#[derive(Default)]
pub(crate) struct Diag(Option<syn::Error>);

impl Diag {
    /// Reports a mistake under the whole of `tokens`.
    pub(crate) fn error(&mut self, tokens: impl ToTokens, text: impl Display) {
        let error = syn::Error::new_spanned(tokens, text);
        match &mut self.0 {
            Some(errors) => errors.combine(error),
            None => self.0 = Some(error),
        }
    }

    /// One `compile_error!` for each mistake, or `None` if there is none.
    pub(crate) fn into_errors(self) -> Option<TokenStream> {
        self.0.map(|errors| errors.to_compile_error())
    }
}

/// The word that `typed` was most likely meant to be.
pub(crate) fn did_you_mean<'a>(typed: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    words
        .into_iter()
        .filter_map(|word| {
            let far = distance(&typed, word);
            // A third of the word may be wrong, so that `dtpe` is `dtype` and `abc` is nothing; a part of the word
            // or the word with more around it counts as well: `name` and `rename`, `padding` and `pad`.
            let part = typed.len() >= 3 && (word.contains(&*typed) || typed.contains(word));
            (part || far <= word.len().div_ceil(3)).then_some((far, word))
        })
        .min_by_key(|(far, _)| *far)
        .map(|(_, word)| word)
}

/// How many letters must be put in, taken out, changed, or swapped with their neighbour to get from `a` to `b`.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = usize::from(a[i - 1] != b[j - 1]);
                let mut least = (rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(rows[i - 1][j - 1] + change);
                if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                    least = least.min(rows[i - 2][j - 2] + 1);
                }
                least
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, distance};

    const WORDS: [&str; 5] = ["rename", "title", "offset", "dtype", "pad"];

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("", ""), 0);
        assert_eq!(distance("", "pad"), 3);
        assert_eq!(distance("pad", "pad"), 0);
        assert_eq!(distance("ofset", "offset"), 1);
        assert_eq!(distance("offfset", "offset"), 1);
        assert_eq!(distance("oftset", "offset"), 1);
        assert_eq!(distance("offest", "offset"), 1);
        assert_eq!(distance("rename", "title"), 5);
    }

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        for (typed, meant) in [
            ("renmae", "rename"),
            ("Rename", "rename"),
            ("rname", "rename"),
            ("tilte", "title"),
            ("ofset", "offset"),
            ("offsets", "offset"),
            ("dtpye", "dtype"),
            ("pda", "pad"),
        ] {
            assert_eq!(did_you_mean(typed, WORDS), Some(meant), "{typed}");
        }
    }

    #[test]
    fn a_word_around_or_inside_is_recognised() {
        assert_eq!(did_you_mean("padding", WORDS), Some("pad"));
        assert_eq!(did_you_mean("name", WORDS), Some("rename"));
        assert_eq!(did_you_mean("type", WORDS), Some("dtype"));
    }

    #[test]
    fn another_word_is_not() {
        for typed in ["", "x", "skip", "default", "with", "größe"] {
            assert_eq!(did_you_mean(typed, WORDS), None, "{typed}");
        }
    }
}
