//! The table of dtypes and Arrow types, `mmrec/src/doc/arrow.md`.

use mmrec::DType;

const PAGE: &str = include_str!("../../mmrec/src/doc/arrow.md");

#[test]
fn every_row_is_what_schemas_say() {
    let mut rows = 0;
    for line in PAGE.lines().filter(|line| line.starts_with("| `")) {
        let line = line.replace("\\|", "\u{0}");
        let cells: Vec<String> =
            line.split('|').map(|cell| cell.trim().trim_matches('`').replace('\u{0}', "|")).collect();
        let dtype: DType = cells[1].parse().unwrap();
        let field = DType::packed([mmrec::DTypeField::new("f", dtype.clone())]).unwrap();
        let schema = field.to_arrow_schema().unwrap();
        // Without the metadata of fields inside, which the page has in words.
        let found = schema.field(0).data_type().to_string();
        let found: Vec<&str> = found
            .split(", metadata: {")
            .map(|part| part.split_once('}').map_or(part, |parts| parts.1))
            .collect();
        assert_eq!(found.concat(), cells[2], "{dtype}");
        rows += 1;
    }
    assert_eq!(rows, 44);
}
