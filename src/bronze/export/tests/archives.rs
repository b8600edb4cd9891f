use super::*;

fn read_zip(bytes: &[u8]) -> Result<Read> {
    read_text("my_spotify_data.zip", bytes)
}

fn one_row() -> Vec<u8> {
    format!("[{TRACK}]").into_bytes()
}

#[test]
fn the_history_in_a_zip_is_read_by_name_and_the_rest_is_listed() {
    let rows = one_row();
    let zip = zip_of(&[
        ("Spotify Extended Streaming History/ReadMeFirst.pdf", b"%PDF"),
        ("Spotify Extended Streaming History/Streaming_History_Audio_2020_1.json", &rows),
        ("Spotify Extended Streaming History/Streaming_History_Audio_2019_0.json", &rows),
        ("__MACOSX/._Streaming_History_Audio_2019_0.json", b"\0\x05\x16\x07"),
    ]);
    let read = read_zip(&zip).unwrap();
    let files: Vec<_> = read.reading.files.iter().map(|file| file.file.rsplit('/').next().unwrap()).collect();
    assert_eq!(files, ["Streaming_History_Audio_2019_0.json", "Streaming_History_Audio_2020_1.json"]);
    assert!(read.reading.files[0].file.contains("my_spotify_data.zip!Spotify Extended"));
    assert_eq!((read.plays.len(), read.reading.ignored.len()), (2, 2));
}

#[test]
fn a_zip_is_known_by_its_content_too() {
    assert_eq!(read_text("download", zip_of(&[("endsong_0.json", &one_row())])).unwrap().plays.len(), 1);
}

#[test]
fn a_zip_without_history_says_what_to_request() {
    let error = fails(read_zip(&zip_of(&[("MyData/Playlist1.json", b"{}"), ("MyData/Userdata.json", b"{}")])));
    assert!(error.to_string().ends_with("my_spotify_data.zip holds no listening history of Spotify"), "{error}");
    assert!(fails(read_zip(&zip_of(&[]))).to_string().contains("holds no listening history"));
}

#[test]
fn a_member_that_leads_out_of_its_folder_is_refused_before_anything_is_read() {
    for name in ["../endsong_1.json", "a/../../b", "/etc/passwd", "C:evil", "c:/x", "a\\b.json", "..", "bell\u{7}.json"] {
        let error = fails(read_zip(&zip_of(&[("endsong_0.json", &one_row()), (name, b"[]")])));
        assert!(error.to_string().contains("leads out of its folder"), "{name}: {error}");
        assert!(error.to_string().contains(&format!("{name:?}")), "{name}: {error}");
    }
    assert!(read_zip(&zip_of(&[("a..b/endsong_0.json", &one_row())])).is_ok());
}

#[test]
fn a_truncated_zip_asks_for_a_new_download() {
    let zip = zip_of(&[("endsong_0.json", &one_row())]);
    for end in [0, 3, 10, zip.len() / 2, zip.len() - 1] {
        let error = fails(read_zip(&zip[..end]));
        assert!(error.to_string().ends_with("is no complete ZIP"), "{end}: {error}");
        assert!(error.advice().unwrap().contains("download the export again"));
    }
}

#[test]
fn a_damaged_member_is_noticed() {
    let content = format!("[{}]", vec![TRACK; 5_000].join(","));
    let mut zip = zip_of(&[("endsong_0.json", content.as_bytes())]);
    let middle = zip.len() / 3;
    zip[middle] ^= 0x55;
    let error = fails(read_zip(&zip));
    assert!(error.to_string().contains("endsong_0.json"), "{error}");
    // A wrong checksum over bytes that inflate well.
    let mut zip = zip_of(&[("endsong_0.json", b"[]")]);
    let directory = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    zip[directory + 16] ^= 0x01;
    assert!(fails(read_zip(&zip)).to_string().contains("cannot be read past byte"));
}

#[test]
fn a_member_that_unpacks_without_measure_is_refused_by_what_really_comes_out() {
    let limits = Limits { ratio_from_bytes: 1 << 20, ..Limits::default() };
    let blanks = format!("[{}]", " ".repeat(8 << 20));
    let mut zip = zip_of(&[("endsong_0.json", blanks.as_bytes())]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bomb.zip");
    std::fs::write(&path, &zip).unwrap();
    let error = fails(read_within(std::slice::from_ref(&path), &limits));
    assert!(error.to_string().contains("unpacks to more than 200 times its size"), "{error}");
    // A member that declares to be larger on disk than the whole ZIP is not believed.
    let directory = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    zip[directory + 20..directory + 24].copy_from_slice(&0x7fff_ffff_u32.to_le_bytes());
    std::fs::write(&path, &zip).unwrap();
    assert!(fails(read_within(std::slice::from_ref(&path), &limits)).to_string().contains("unpacks to more"));
    let limits = Limits { unpacked_bytes_max: 4 << 20, ..Limits::default() };
    assert!(fails(read_within(&[path], &limits)).to_string().contains("of history in one reading"));
}

#[test]
fn a_member_that_is_larger_than_it_declares_is_refused() {
    let mut zip = zip_of(&[("endsong_0.json", &one_row())]);
    let directory = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    zip[directory + 24..directory + 28].copy_from_slice(&10_u32.to_le_bytes());
    assert!(fails(read_zip(&zip)).to_string().contains("endsong_0.json"));
}

#[test]
fn too_many_members_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.zip");
    std::fs::write(&path, zip_of(&[("a", b""), ("b", b""), ("endsong_0.json", b"[]")])).unwrap();
    let limits = Limits { members_max: 2, ..Limits::default() };
    assert!(fails(read_within(&[path], &limits)).to_string().contains("holds 3 members"));
}

#[test]
fn a_name_that_stands_twice_in_a_zip_is_refused() {
    let mut zip = zip_of(&[("endsong_0.json", b"[]"), ("endsong_1.json", b"[]")]);
    while let Some(at) = zip.windows(14).position(|bytes| bytes == b"endsong_1.json") {
        zip[at + 8] = b'0';
    }
    assert!(fails(read_zip(&zip)).to_string().contains("two members of the same name"));
}

#[test]
fn a_locked_member_and_an_unknown_method_say_to_unpack() {
    let zip = zip_of(&[("endsong_0.json", &one_row())]);
    let directory = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    let mut locked = zip.clone();
    locked[directory + 8] |= 1;
    let error = fails(read_zip(&locked));
    assert!(error.to_string().contains("locked with a password"), "{error}");
    let mut bzipped = zip;
    bzipped[directory + 10] = 12;
    let error = fails(read_zip(&bzipped));
    assert!(error.to_string().contains("packed by a method"), "{error}");
}
