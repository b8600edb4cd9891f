//! The Kaggle catalogue: every row as it is, once.

use crate::workspace::{Workspace, shared};

const HEADER: &str = ",track_id,artists,album_name,track_name,popularity,duration_ms,explicit,danceability,energy,key,loudness,mode,\
                      speechiness,acousticness,instrumentalness,liveness,valence,tempo,time_signature,track_genre";

fn row(index: u32, artists: &str, title: &str) -> String {
    format!(
        "{index},id{index},{artists},Album,{title},73,230666,False,0.676,0.461,1,-6.746,0,0.143,0.0322,1.01e-06,0.358,0.715,87.917,4,acoustic"
    )
}

#[test]
fn text_survives_byte_for_byte_and_an_empty_field_is_null() {
    let workspace = Workspace::new();
    let title = "\"He said \"\"e\u{301}\"\"; TRUE, \u{7}\"";
    let csv = format!("{HEADER}\n{}\n{}\n{}\n", row(0, "TRUE", "True"), row(1, "A;B", title), row(2, "", ""));
    workspace.write("c.csv", csv);
    workspace.run("import-catalog c.csv").succeeds();
    let rows =
        workspace.query("SELECT artists, track_name, instrumentalness FROM bronze.kaggle_tracks_bronze ORDER BY csv_index");
    assert_eq!(rows[0]["artists"], "TRUE");
    assert_eq!(rows[0]["track_name"], "True");
    assert_eq!(rows[0]["instrumentalness"], 1.01e-6);
    assert_eq!(rows[1]["artists"], "A;B");
    assert_eq!(rows[1]["track_name"], "He said \"e\u{301}\"; TRUE, \u{7}");
    assert!(rows[2]["artists"].is_null() && rows[2]["track_name"].is_null());
}

#[test]
fn a_row_that_does_not_fit_is_rejected_with_its_line_and_the_rest_is_kept() {
    let workspace = Workspace::new();
    let mut csv = format!(
        "{HEADER}\n{}\n{}\n1,2,3\n{}\n",
        row(0, "A", "One"),
        row(1, "B", "Two").replace("0.676", "n/a"),
        row(3, "C", "Three")
    );
    csv.push_str(&row(4, "D", "Four"));
    let mut bytes = csv.into_bytes();
    bytes.extend_from_slice(b"\n5,id5,\xff\xfe,Album,Five,1,1,False,0.6,0.4,1,-6.7,0,0.1,0.03,0,0.3,0.7,87,4,acoustic\n");
    workspace.write("c.csv", bytes);
    let ran = workspace.run("import-catalog c.csv").succeeds();
    assert!(ran.stderr.contains("3 rows were rejected"), "{}", ran.stderr);
    assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.kaggle_tracks_bronze"), 3);
    let rejected = workspace.query("SELECT position, reason FROM bronze.rejected_rows ORDER BY position");
    let rejected: Vec<_> =
        rejected.iter().map(|row| (row["position"].as_i64().unwrap(), row["reason"].as_str().unwrap())).collect();
    assert_eq!(rejected, [(3, "invalid_number"), (4, "wrong_number_of_fields"), (7, "invalid_utf8")]);
}

#[test]
fn packed_files_hold_the_same_rows_as_the_plain_one() {
    use std::io::Write;
    let workspace = Workspace::new();
    let csv = format!("{HEADER}\n{}\n", row(0, "A", "One"));
    workspace.write("c.csv", &csv);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(csv.as_bytes()).unwrap();
    workspace.write("c.csv.gz", gzip.finish().unwrap());
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("dataset.csv", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(csv.as_bytes()).unwrap();
    workspace.write("archive.zip", archive.finish().unwrap().into_inner());
    for file in ["c.csv", "c.csv.gz", "archive.zip"] {
        workspace.run(&format!("import-catalog {file}")).succeeds();
        assert_eq!(workspace.count("data", "SELECT count(*) FROM bronze.kaggle_tracks_bronze"), 1, "{file}");
    }
}

#[test]
fn a_small_file_that_would_fill_the_memory_is_refused() {
    use std::io::Write;
    let workspace = Workspace::new();
    let refused = |name: &str, pieces: &[(&str, usize)], says: &str| {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        for (piece, times) in pieces {
            gzip.write_all(piece.repeat(*times).as_bytes()).unwrap();
        }
        workspace.write(name, gzip.finish().unwrap());
        workspace.run(&format!("import-catalog {name}")).fails(1, says);
    };
    let header = format!("{HEADER}\n");
    refused("rows.csv.gz", &[(&header, 1), ("x\n", 1_000_001)], "rows.csv.gz holds more than 1000000 rows");
    refused("header.csv.gz", &[(",", 3 << 20)], "header.csv.gz holds a row of more than 1 MiB");
    refused("row.csv.gz", &[(&header, 1), (",", 3 << 20)], "row.csv.gz holds a row of more than 1 MiB");
    refused("quote.csv.gz", &[(&header, 1), ("\"a\n", 1), ("b\n", 3 << 20)], "quote.csv.gz holds a row of more than 1 MiB");
    assert!(workspace.files("data/bronze").is_empty());
}

#[test]
fn the_real_catalogue_is_complete_and_a_second_import_adds_nothing() {
    let Some(csv) = shared("data/kaggle/dataset.csv.gz") else { return };
    let workspace = Workspace::new();
    let import = ["import-catalog", &csv.to_string_lossy()];
    workspace.run_list(&import, &[]).succeeds();
    let counts = workspace.query("SELECT count(*) AS n, count(DISTINCT track_id) AS ids FROM bronze.kaggle_tracks_bronze");
    assert_eq!((counts[0]["n"].as_i64(), counts[0]["ids"].as_i64()), (Some(114_000), Some(89_741)));
    let nameless = workspace
        .query("SELECT artists, album_name, track_name, duration_ms FROM bronze.kaggle_tracks_bronze WHERE csv_index = 65900");
    assert!(nameless[0]["artists"].is_null() && nameless[0]["track_name"].is_null());
    assert_eq!(nameless[0]["duration_ms"], 0);
    let before = workspace.files("data/bronze");
    assert!(workspace.run_list(&import, &[]).succeeds().stderr.contains("up to date"));
    assert_eq!(workspace.files("data/bronze"), before);
}

#[test]
fn a_file_that_is_larger_than_any_catalogue_is_refused_for_that() {
    use std::io::Write;
    let workspace = Workspace::new();
    let mut blanks = vec![b' '; 1 << 19];
    blanks.extend_from_slice(b"\n");
    // 200 MiB of lines of blanks are packed to a hundredth.
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(format!("{HEADER}\n").as_bytes()).unwrap();
    (0..400).for_each(|_| gzip.write_all(&blanks).unwrap());
    workspace.write("c.csv.gz", gzip.finish().unwrap());
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file("dataset.csv", zip::write::SimpleFileOptions::default()).unwrap();
    archive.write_all(&blanks).unwrap();
    let mut zip = archive.finish().unwrap().into_inner();
    let directory = zip.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
    // The list of members declares 3 GiB; nothing of them is unpacked.
    zip[directory + 24..directory + 28].copy_from_slice(&(3_u32 << 30).to_le_bytes());
    workspace.write("archive.zip", zip);
    for file in ["c.csv.gz", "archive.zip"] {
        let ran = workspace.run(&format!("import-catalog {file}")).fails(1, "more than 160 MiB: no catalogue is that large");
        assert!(ran.stderr.contains("hint: the real catalogue is 20 MB") && !ran.stderr.contains("complete"), "{}", ran.stderr);
    }
    assert!(!workspace.path("data/bronze").exists());
}
