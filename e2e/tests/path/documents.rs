//! Every command that a document names is there, and does what its example asks for: those of `rollcall-host`
//! are typed as they stand, on a laptop of their own; those that build, deploy or take hours are read by the
//! very program that they call.

use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Output};

use rollcall_e2e::documents::{Named, named};
use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{draft, ok, text};
use rollcall_e2e::process::{Process, keep, output};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::{checkout, place, wait};
use rusqlite::Connection;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Fewer would mean that they are not found any more.
const LEAST: usize = 50;
/// Named as what was tried or played once; nobody has to have them.
const OTHERS: [&str; 2] = ["cargo modules", "cargo mutants"];

#[test]
fn every_command_that_a_document_names_does_what_it_says() {
    let all = named(&checkout());
    assert!(all.len() >= LEAST, "{} commands: {all:#?}", all.len());
    let mut reader = Reader::new();
    let faults: Vec<String> = all
        .iter()
        .filter_map(|named| {
            eprintln!("{}: {}", named.document, named.line);
            let fault = reader.fault(named)?;
            Some(format!("{}: `{}`: {fault}", named.document, named.line))
        })
        .collect();
    assert!(faults.is_empty(), "{} of {} commands:\n{}", faults.len(), all.len(), faults.join("\n"));
    assert!(reader.played >= 10, "{} commands of the host were typed", reader.played);
}

/// A document that is wrong is noticed.
#[test]
fn a_command_that_is_not_there_is_told() {
    let mut reader = Reader::new();
    for line in [
        "cargo xtask test --onyl wings",
        "cargo xtask faults --minutes soon",
        "cargo test -p rollcall-core",
        "cargo frobnicate",
        "cd edges && npx wrangler login",
        "npx wrangler kv namespaces create CACHE",
        "npx wrangler deploy --configuration ../wrangler.toml",
        "npm run chekc",
        "rollcall-host erase persons --data-dir DATA ABCD-23456",
        "rollcall-host export --folder ~/rollcall ABCD-23456 list.xlsx",
        "rollcall-host export --data-dir ~/rollcall ABCD-23456",
        "rollcall-desktop --windowless",
    ] {
        let named = Named { document: "a test".to_owned(), line: line.to_owned(), is_example: true };
        assert!(reader.fault(&named).is_some(), "{line}");
    }
}

/// Examples name a workshop, a person and a message by these; they are put in their place.
const EXAMPLES: [&str; 3] = ["ABCD-23456", "0f8fad5b-d9cb-469f-a165-70867728950e", " ABCD-23456 3 "];

/// What the examples' code, id and message are on this laptop.
struct List {
    code: String,
    person: String,
    parked: i64,
}

/// Somebody who reads the documents and types what they say.
struct Reader {
    home: TempDir,
    /// The engine that an example has started.
    running: Option<Process>,
    /// What stands in its list for the examples' code, id and message.
    list: Option<List>,
    /// Commands of `rollcall-host` that did what they say.
    played: usize,
}

impl Reader {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        for folder in ["bin", "stick", "here"] {
            fs::create_dir(home.path().join(folder)).unwrap();
        }
        let program = place("ROLLCALL_HOST_BIN", "target/release/rollcall-host");
        symlink(program, home.path().join("bin/rollcall-host")).unwrap();
        symlink(checkout().join("docs"), home.path().join("here/docs")).unwrap();
        fs::write(home.path().join("publish-key"), Edge::shared().publish_key()).unwrap();
        fs::write(home.path().join("passphrase"), "a pass phrase of an example").unwrap();
        Self { home, running: None, list: None, played: 0 }
    }

    /// What is wrong with a command.
    fn fault(&mut self, named: &Named) -> Option<String> {
        let mut folder = checkout();
        for part in named.line.split(" && ") {
            if let Some(into) = part.strip_prefix("cd ") {
                folder = folder.join(into);
                if !folder.is_dir() {
                    return Some(format!("there is no folder {into}"));
                }
                continue;
            }
            let words: Vec<&str> = part.split(' ').skip_while(|word| word.contains('=')).collect();
            let fault = match words[..] {
                [first, second, ..] if OTHERS.contains(&format!("{first} {second}").as_str()) => None,
                ["cargo", "xtask", ref words @ ..] => xtask(words, named.is_example),
                ["cargo", ref words @ ..] => cargo(words),
                ["npx" | "wrangler", ref words @ ..] => {
                    wrangler(words.strip_prefix(&["wrangler"]).unwrap_or(words))
                }
                ["npm", ref words @ ..] => npm(words),
                ["rollcall-host", ref words @ ..] => self.host(part, words, named.is_example),
                ["rollcall-desktop", ref words @ ..] => said(
                    Command::new(place("ROLLCALL_DESKTOP_BIN", "target/release/rollcall-desktop"))
                        .args(words)
                        .arg("--help"),
                ),
                _ => Some("nobody here knows how to try it".to_owned()),
            };
            if fault.is_some() {
                return fault;
            }
        }
        None
    }

    /// Types it, or only asks about it where it is named by its first words.
    fn host(&mut self, line: &str, words: &[&str], is_example: bool) -> Option<String> {
        let program = self.home.path().join("bin/rollcall-host");
        if !is_example && (words.contains(&"…") || !words.contains(&"--data-dir")) {
            let is_left_open = |word: &&str| ["|", "…", "--data-dir", "--help"].contains(word);
            let words: Vec<&str> = words.iter().copied().take_while(|word| !is_left_open(word)).collect();
            return alternatives(&words)
                .into_iter()
                .find_map(|words| said(Command::new(&program).args(&words).arg("--help")));
        }
        if words.first() == Some(&"run") {
            self.run(line);
            self.played += 1;
            return None;
        }
        if words.first() == Some(&"restore") {
            self.running = None;
        }
        self.fill_list();
        let output = self.typed(line);
        self.played += usize::from(output.status.success());
        complaint(&output)
    }

    /// Starts the engine that an example starts, on ports that are free.
    fn run(&mut self, line: &str) {
        self.running = None;
        let line = format!("exec {} --lan-port 0 --metrics-port 0", self.ours(line));
        let mut process = Process::start(&self.shell(&line));
        let log = std::sync::Arc::default();
        let (stdout, stderr) = process.outputs();
        keep(stdout, std::sync::Arc::clone(&log));
        keep(stderr, std::sync::Arc::clone(&log));
        wait::until("the engine of an example is ready", || {
            assert!(process.try_ended().is_none(), "{line}: {}", log.lock().unwrap());
            log.lock().unwrap().contains("ready {").then_some(())
        });
        self.running = Some(process);
    }

    /// Signs somebody up, and has a message come that nobody can read, where an engine runs and nobody has
    /// yet.
    fn fill_list(&mut self) {
        if self.running.is_none() || self.list.is_some() {
            return;
        }
        let edge = Edge::shared();
        let folder = self.home.path().join("rollcall");
        let note: Value = serde_json::from_slice(&fs::read(folder.join("control.json")).unwrap()).unwrap();
        let put = client().put(format!("{}/control/workshops", text(&note, "url")));
        let record = ok(put.bearer_auth(text(&note, "token")).json(&draft()).send().unwrap());
        let (id, code) = (text(&record, "id"), text(&record, "invite_code"));
        wait::until("the workshop is published", || {
            let address = format!("{}/v1/workshops/{code}", edge.url());
            client().get(address).send().ok().filter(|answer| answer.status() == 200)
        });
        let teacher = Teacher::new();
        teacher.sign_up(edge.url(), code, 202).wait_for("registered");
        edge.deposit_raw(&json!({ "workshop": id, "what": "not an envelope" }).to_string());
        let parked = wait::until("a message is parked", || {
            let database = Connection::open(folder.join("rollcall.db")).unwrap();
            database.query_row("SELECT seq FROM parked", [], |row| row.get(0)).ok()
        });
        self.list = Some(List { code: code.to_owned(), person: teacher.id, parked });
    }

    fn typed(&self, line: &str) -> Output {
        output(&mut self.shell(&self.ours(line)))
    }

    /// The line with what an example has for each thing replaced by what it is here.
    fn ours(&self, line: &str) -> String {
        let home = self.home.path().display();
        let edge = Edge::shared().url();
        let mut line = line
            .replace(" DATA", &format!(" {home}/rollcall"))
            .replace("/media/stick/", &format!("{home}/stick/"))
            .replace("https://signup.example.org", edge)
            .replace('…', &format!("--edge-url {edge} --publish-key-file {home}/publish-key"));
        if let Some(List { code, person, parked }) = &self.list {
            let ours = [code.clone(), person.clone(), format!(" {code} {parked} ")];
            for (example, ours) in EXAMPLES.iter().zip(&ours).rev() {
                line = line.replace(example, ours);
            }
        }
        line
    }

    fn shell(&self, line: &str) -> Command {
        let path = format!("{}:{}", self.home.path().join("bin").display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("bash");
        shell.args(["-o", "pipefail", "-c", line]).current_dir(self.home.path().join("here"));
        shell.env("HOME", self.home.path()).env("PATH", path);
        shell.env("ROLLCALL_PASSPHRASE_FILE", self.home.path().join("passphrase"));
        shell
    }
}

/// `desk open|show|shut` → each of the three.
fn alternatives<'a>(words: &[&'a str]) -> Vec<Vec<&'a str>> {
    let Some(at) = words.iter().position(|word| word.contains('|')) else { return vec![words.to_vec()] };
    let each = words[at].split('|').map(|one| [&words[..at], &[one], &words[at + 1..]].concat());
    each.collect()
}

/// `cargo xtask …`, read by that very program.
fn xtask(words: &[&str], is_example: bool) -> Option<String> {
    let words: Vec<&str> = words
        .iter()
        .filter(|word| **word != "…")
        .map(|word| match *word {
            "COMMIT" => "8cb5b71",
            "S" | "N" | "M" => "1",
            "NAME" => "all",
            "[PROPERTY]" => "form",
            word => word,
        })
        .collect();
    let program = || Command::new(place("ROLLCALL_XTASK", "target/release/xtask"));
    let fault = said(program().arg("--only-read").args(&words))?;
    // Between the lines a command may be named without what it needs.
    let is_named = !is_example && fault.contains("required arguments were not provided");
    if is_named { said(program().args(&words).arg("--help")) } else { Some(fault) }
}

/// Another command of cargo's: it is there, and so are the packages.
fn cargo(words: &[&str]) -> Option<String> {
    let in_checkout = |words: &[&str]| said(Command::new("cargo").args(words).current_dir(checkout()));
    let mut packages =
        words.windows(2).filter(|pair| ["-p", "--package"].contains(&pair[0])).map(|pair| pair[1]);
    in_checkout(&[words[0], "--help"])
        .or_else(|| packages.find_map(|package| in_checkout(&["pkgid", "--offline", "--package", package])))
}

/// A script of the edge's, or a command of npm's own.
fn npm(words: &[&str]) -> Option<String> {
    let package = fs::read_to_string(checkout().join("edge/package.json")).unwrap();
    let package: Value = serde_json::from_str(&package).unwrap();
    let script = match words {
        ["run", script, ..] => script,
        ["test", ..] => "test",
        ["update", ..] => return None,
        _ => return Some("npm has no such command that we know".to_owned()),
    };
    package["scripts"][script].is_null().then(|| format!("edge/package.json has no script {script:?}"))
}

/// A command of wrangler's, as its own help has it: the words, what stands behind them, and every flag.
fn wrangler(words: &[&str]) -> Option<String> {
    let (flags, words): (Vec<&str>, Vec<&str>) = words.iter().partition(|word| word.starts_with('-'));
    let log = tempfile::tempdir().unwrap();
    let mut command = Command::new(place("ROLLCALL_WRANGLER", "edge/node_modules/.bin/wrangler"));
    command.args(&words).arg("--help").env("WRANGLER_LOG_PATH", log.path()).env("NO_COLOR", "1");
    command.env("WRANGLER_SEND_METRICS", "false").env("WRANGLER_HIDE_BANNER", "true");
    let said = output(&mut command);
    let help = String::from_utf8_lossy(&said.stdout);
    let usage: Vec<&str> = help.lines().next().unwrap_or_default().split(' ').skip(1).collect();
    let own: Vec<&str> = usage.iter().copied().take_while(|word| !word.starts_with(['<', '['])).collect();
    // What a flag is given stands among the words.
    let room = usage.len() - own.len() + flags.len();
    let is_known = !own.is_empty() && words.starts_with(&own) && words.len() - own.len() <= room;
    if !is_known {
        return Some(format!("wrangler has {:?}", usage.join(" ")));
    }
    let unknown = flags.iter().find(|flag| !help.contains(**flag))?;
    Some(format!("wrangler {} has no {unknown}", own.join(" ")))
}

/// What a program complains of.
fn said(command: &mut Command) -> Option<String> {
    complaint(&output(command))
}

fn complaint(output: &Output) -> Option<String> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| format!("{}: {}", output.status, stderr.trim()))
}
