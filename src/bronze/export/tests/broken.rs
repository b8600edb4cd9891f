use super::*;

fn says(content: impl AsRef<[u8]>) -> String {
    let error = fails(read_text("endsong_0.json", content));
    let text = error.to_string();
    assert!(text.contains("endsong_0.json"), "the file is not named in: {text}");
    text.rsplit_once("endsong_0.json").unwrap().1.to_owned()
}

#[test]
fn a_file_cut_anywhere_fails_and_says_where() {
    let whole = format!("[{TRACK},\n{TRACK}, 12 ]");
    for end in 1..whole.len() {
        let told = says(&whole[..end]);
        assert!(told.contains("breaks off in row"), "cut at {end}: {told}");
    }
    assert_eq!(says(&whole[..TRACK.len() + 20]), " breaks off in row 2, at line 2, column 18 (byte 159)");
    assert_eq!(says(""), " is empty");
    assert_eq!(says(" \n"), " is empty");
}

#[test]
fn broken_syntax_names_row_line_column_and_byte() {
    assert_eq!(says("[1,\n2,\n {\"ts\": nope}]"), " is broken JSON in row 3, at line 3, column 10 (byte 17): expected ident");
    assert_eq!(says("[1 2]"), " is broken JSON at line 1, column 4 (byte 4): a comma is missing before row 2");
    assert_eq!(says("[1,]"), " is broken JSON at line 1, column 4 (byte 4): no row 2 follows the comma");
    assert_eq!(says("[]\n[]"), " goes on after its end, at line 2, column 1 (byte 4)");
    assert_eq!(says("[,1]"), " is broken JSON in row 1, at line 1, column 2 (byte 2): expected value");
}

#[test]
fn a_place_far_behind_the_first_window_is_named_rightly() {
    let rows = format!("{TRACK},\n").repeat(20_000);
    let told = says(format!("[{rows}}}"));
    let bytes = rows.len() + 2;
    assert_eq!(told, format!(" is broken JSON in row 20001, at line 20001, column 1 (byte {bytes}): expected value"));
}

#[test]
fn text_that_is_not_utf8_is_refused_wherever_it_stands() {
    let mut in_a_name = format!("[{TRACK}]").into_bytes();
    let at = in_a_name.len() - 4;
    in_a_name[at] = 0xff;
    assert_eq!(says(&in_a_name), format!(" is not UTF-8 text at line 1, column {0} (byte {0})", at + 1));
    let skipped_key = [b"[{\"conn_country\":\"".as_slice(), b"\xc3\x28", b"\"}]"].concat();
    assert!(says(skipped_key).contains("is not UTF-8"));
    let utf16: Vec<u8> = "\u{feff}[]".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(says(utf16).contains("is not UTF-8"));
    assert!(says(b"[\"caf\xc3").contains("is not UTF-8"));
}

#[test]
fn what_is_no_list_of_plays_is_no_history() {
    for content in ["{\"playlists\":[]}", "\"text\"", "<html>", "null"] {
        assert!(says(content).contains("holds no listening history"), "{content}");
    }
}

#[test]
fn a_file_of_another_name_must_show_its_keys() {
    for content in ["[]", "[1,2]", "[{}]", "[{\"ts\":1}]"] {
        let error = fails(read_text("data.json", content));
        assert!(error.to_string().contains("data.json holds no listening history"), "{error}");
        assert!(error.advice().unwrap().contains("Extended streaming history"));
    }
    assert_eq!(read_text("data.json", format!("[null,{TRACK}]")).unwrap().plays.len(), 1);
}

#[test]
fn a_row_without_end_is_refused_before_it_fills_the_memory() {
    for start in ["[\"", "[[", "[1"] {
        let filler = if start == "[[" { "[" } else { "1" };
        let told = says(format!("{start}{}", filler.repeat(3 << 20)));
        assert!(told.contains("row 1") && told.contains("longer than 1024 KiB"), "{told}");
    }
}

#[test]
fn deep_nesting_is_one_odd_row() {
    let deep =
        format!("[{}{},{{\"ts\":{}{}}},{TRACK}]", "[".repeat(50_000), "]".repeat(50_000), "[".repeat(50_000), "]".repeat(50_000));
    let read = read_text("endsong_0.json", deep).unwrap();
    assert_eq!((read.plays.len(), read.rejects.len()), (1, 2));
}

#[test]
fn an_error_of_the_sink_ends_the_reading() {
    let mut seen = 0;
    let result = read(&[fixture("endsong_0.json")], &Limits::default(), &|_| {}, &mut |_: usize, _: Item| {
        seen += 1;
        if seen == 3 { Err(Error::failure("the disk is full")) } else { Ok(()) }
    });
    assert_eq!((result.unwrap_err().to_string().as_str(), seen), ("the disk is full", 3));
}

#[test]
fn more_rows_than_any_listener_has_are_refused_over_all_files() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["endsong_0.json", "endsong_1.json"] {
        std::fs::write(folder.path().join(file), "[1,2,3]").unwrap();
    }
    let within = |rows_max| read_within(&[folder.path().to_owned()], &Limits { rows_max, ..Limits::default() });
    assert!(within(6).is_ok());
    let error = fails(within(5));
    assert!(error.to_string().ends_with("endsong_1.json: more than 5 rows in one reading"), "{error}");
}

#[test]
fn more_rejected_rows_than_any_listener_has_are_refused_over_all_files() {
    let folder = tempfile::tempdir().unwrap();
    for file in ["endsong_0.json", "endsong_1.json"] {
        std::fs::write(folder.path().join(file), format!("[1,{TRACK},\"four\"]")).unwrap();
    }
    let within = |rejected_max, rejected_bytes_max| {
        let limits = Limits { rejected_max, rejected_bytes_max, ..Limits::default() };
        read_within(&[folder.path().to_owned()], &limits)
    };
    assert!(within(4, 14).is_ok(), "plays do not count");
    let error = fails(within(3, 14));
    assert!(error.to_string().ends_with("endsong_1.json: more than 3 rows that are no plays in one reading"), "{error}");
    let error = fails(within(4, 13));
    assert!(error.to_string().ends_with("endsong_1.json: more than 0 MiB of rows that are no plays in one reading"), "{error}");
}
