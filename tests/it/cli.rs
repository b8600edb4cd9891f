//! The command line: help, mistakes, exit codes.

use crate::workspace::Workspace;

#[test]
fn help_names_every_command() {
    let ran = Workspace::new().run("--help").succeeds();
    for command in [
        "demo",
        "import",
        "import-catalog",
        "generate-synthetic",
        "populate-missing",
        "build-silver",
        "build-gold",
        "run",
        "query",
        "export",
        "check",
        "status",
        "maintain",
        "completions",
    ] {
        assert!(ran.stdout.contains(&format!("  {command} ")), "{command} is missing in:\n{}", ran.stdout);
    }
}

#[test]
fn every_command_explains_its_flags() {
    let workspace = Workspace::new();
    for command in
        ["demo", "import", "import-catalog", "build-silver", "build-gold", "run", "query", "check", "status", "maintain"]
    {
        let ran = workspace.run(&format!("{command} --help")).succeeds();
        assert!(ran.stdout.contains("--lake"), "{}", ran.stdout);
    }
}

#[test]
fn a_wrong_flag_is_a_usage_error_on_stderr() {
    let ran = Workspace::new().run("build-silver --histroy-path x");
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("--history-path"), "{}", ran.stderr);
}

#[test]
fn an_unknown_time_zone_says_what_a_zone_looks_like() {
    Workspace::new().run("status --timezone Europe/Madridd").fails(2, "unknown time zone `Europe/Madridd`");
}

#[test]
fn a_setting_that_means_nothing_is_a_usage_error() {
    Workspace::new().run_list(&["status"], &[("ALLOW_SYNTHETIC", "perhaps")]).fails(2, "ALLOW_SYNTHETIC=perhaps");
}

#[test]
fn settings_come_from_flags_then_the_environment_then_the_file() {
    let workspace = Workspace::new();
    workspace.write(".env", "MOODLAKE_LAKE=from_file\n");
    workspace.run("status").fails(1, "from_file");
    workspace.run_list(&["status"], &[("MOODLAKE_LAKE", "from_environment")]).fails(1, "from_environment");
    workspace.run_list(&["status", "--lake", "from_flag"], &[("MOODLAKE_LAKE", "from_environment")]).fails(1, "from_flag");
}

#[test]
fn a_store_without_a_client_is_refused_plainly() {
    Workspace::new().run("status --lake gs://bucket/lake").fails(2, "no client for gs://");
    Workspace::new().run("status --lake s3://").fails(2, "no bucket");
}

#[test]
fn completions_are_printed_for_the_shells() {
    let workspace = Workspace::new();
    for shell in ["bash", "zsh", "fish"] {
        assert!(workspace.run(&format!("completions {shell}")).succeeds().stdout.contains("build-silver"));
    }
}
