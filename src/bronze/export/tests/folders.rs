use super::*;
use crate::error::Kind;
use std::fs;

fn put(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, content).unwrap();
    path
}

fn row() -> String {
    format!("[{TRACK}]")
}

#[test]
fn a_folder_is_read_with_its_folders_and_zips_sorted_by_name() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "b/endsong_1.json", row());
    put(folder.path(), "b/endsong_0.json", row());
    put(folder.path(), "a.ZIP", zip_of(&[("MyData/StreamingHistory0.json", b"[]")]));
    put(folder.path(), "c.zip", zip_of(&[("holiday.jpg", b"jpeg")]));
    put(folder.path(), "b/Playlist1.json", "{}");
    let read = read_all(&[folder.path().to_owned()]).unwrap();
    let names = |names: Vec<&String>| -> Vec<String> {
        names.into_iter().map(|name| name.replace(&format!("{}/", folder.path().display()), "")).collect()
    };
    let files = names(read.reading.files.iter().map(|file| &file.file).collect());
    assert_eq!(files, ["a.ZIP!MyData/StreamingHistory0.json", "b/endsong_0.json", "b/endsong_1.json"]);
    assert_eq!(names(read.reading.ignored.iter().collect()), ["b/Playlist1.json", "c.zip!holiday.jpg"]);
}

#[test]
fn the_same_file_is_read_once_however_it_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = put(folder.path(), "endsong_0.json", row());
    let zip = put(folder.path(), "x.zip", zip_of(&[("endsong_0.json", row().as_bytes())]));
    let roundabout = folder.path().join("../").join(folder.path().file_name().unwrap()).join("endsong_0.json");
    let read = read_all(&[path.clone(), folder.path().to_owned(), zip, roundabout, path]).unwrap();
    assert_eq!((read.plays.len(), read.reading.files.len()), (2, 2));
}

#[test]
fn a_path_that_is_not_there_and_a_folder_without_history_are_failures() {
    let folder = tempfile::tempdir().unwrap();
    let error = fails(read_all(&[folder.path().join("gone.zip")]));
    assert!(error.to_string().contains("gone.zip cannot be found"), "{error}");
    assert_eq!(error.kind(), Kind::Failure);
    put(folder.path(), "Playlist1.json", "{}");
    let error = fails(read_all(&[folder.path().to_owned()]));
    assert!(error.to_string().contains("holds no listening history"), "{error}");
    assert_eq!((error.kind(), fails(read_all(&[])).kind()), (Kind::Failure, Kind::Usage));
    assert_eq!(super::super::total_bytes(&[folder.path().join("gone.zip")]), 0);
}

#[test]
fn a_broken_path_among_good_ones_fails_before_any_row() {
    let folder = tempfile::tempdir().unwrap();
    let good = put(folder.path(), "endsong_0.json", row());
    let bad = put(folder.path(), "bad.zip", "<html>log in</html>");
    let result = read(&[good, bad], &Limits::default(), &|_| {}, &mut |_: usize, _: Item| panic!("a row came"));
    assert!(result.unwrap_err().to_string().contains("bad.zip is no complete ZIP"));
}

#[test]
fn folders_too_deep_or_too_full_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    put(folder.path(), "1/2/3/endsong_0.json", row());
    let paths = [folder.path().to_owned()];
    assert!(read_within(&paths, &Limits { folder_depth_max: 3, ..Limits::default() }).is_ok());
    let error = fails(read_within(&paths, &Limits { folder_depth_max: 2, ..Limits::default() }));
    assert!(error.to_string().contains("more than 2 folders deep"), "{error}");
    let error = fails(read_within(&paths, &Limits { folder_entries_max: 3, ..Limits::default() }));
    assert!(error.to_string().contains("more than 3 files"), "{error}");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn links_in_a_circle_end_and_a_file_behind_two_links_counts_once() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "a/endsong_0.json", row());
        symlink(folder.path(), folder.path().join("a/up")).unwrap();
        symlink(folder.path().join("a"), folder.path().join("b")).unwrap();
        symlink(folder.path().join("a/endsong_0.json"), folder.path().join("endsong_1.json")).unwrap();
        symlink("nowhere", folder.path().join("notes.txt")).unwrap();
        assert_eq!(read_all(&[folder.path().to_owned()]).unwrap().plays.len(), 1);
    }

    #[test]
    fn a_link_that_leads_nowhere_but_is_called_a_history_is_told() {
        let folder = tempfile::tempdir().unwrap();
        put(folder.path(), "endsong_0.json", row());
        symlink("nowhere", folder.path().join("endsong_1.json")).unwrap();
        let error = fails(read_all(&[folder.path().to_owned()]));
        assert!(error.to_string().contains("endsong_1.json cannot be opened"), "{error}");
    }

    #[test]
    fn a_pipe_and_a_device_are_refused_and_never_opened() {
        let folder = tempfile::tempdir().unwrap();
        let pipe = folder.path().join("endsong_0.json");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for path in [pipe, folder.path().to_owned(), PathBuf::from("/dev/zero")] {
            let error = fails(read_all(&[path]));
            assert!(error.to_string().contains("is a pipe or a device"), "{error}");
        }
    }

    #[test]
    fn an_unreadable_file_is_told() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = put(folder.path(), "endsong_0.json", row());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
        // The superuser reads everything, and then there is nothing to see here.
        if fs::File::open(&path).is_err() {
            assert!(fails(read_all(&[path])).to_string().contains("endsong_0.json cannot be read"));
        }
    }
}
