//! The worst day: one laptop is gone in the middle of a workshop, and another one has everybody who was told
//! *received*; and two laptops that are both there, of which one collects.

use std::fs;
use std::path::{Path, PathBuf};

use rollcall_e2e::edge::Edge;
use rollcall_e2e::host::{Folder, Options as HostOptions, Workshop};
use rollcall_e2e::process::{child_of, kill};
use rollcall_e2e::teacher::{Receipt, Teacher};
use rollcall_e2e::wait;
use rollcall_e2e::window::{Options, Window};
use serde_json::json;
use tempfile::TempDir;

use crate::keys::{TYPED, save_keys};
use crate::{in_english, with_workshop};

/// A laptop whose window shows a workshop that takes sign-ups, over the internet and in the hall.
struct Laptop {
    folder: Folder,
    workshop: Workshop,
    window: Window,
}

impl Laptop {
    fn open(edge: &Edge) -> Self {
        let (folder, workshop) = with_workshop(json!({}));
        let key = folder.path().join("publish-key");
        fs::write(&key, edge.publish_key()).unwrap();
        let arguments = ["--edge-url", edge.url(), "--publish-key-file", key.to_str().unwrap()];
        let options = Options { venue: true, arguments: &arguments, ..Options::default() };
        let window = Window::open(&folder, &options);
        window.wait_for("#count");
        in_english(&window);
        window.wait_for("#hop-internet[data-code=published]");
        Self { folder, workshop, window }
    }

    /// Signs people up over the internet and waits until they are on the list; it had `before` then.
    fn with_people(&self, edge: &Edge, number: usize, before: usize) -> Vec<Receipt> {
        let receipts = received(edge, &self.workshop, number);
        self.window.wait_for_text("#count", |count| count == (before + number).to_string());
        receipts
    }

    /// Has the window save the keys, and returns the file.
    fn save_keys(&self) -> PathBuf {
        save_keys(&self.window);
        self.window.wait_until_gone("#save-keys");
        self.window.files().join("rollcall-keys.age")
    }

    /// Has the window back everything up, and returns the folder.
    fn back_up(&self) -> PathBuf {
        self.window.click("#export");
        self.window.click("#back-up");
        self.window.until("the backup is written", || {
            let mut all = fs::read_dir(self.window.files()).unwrap().map(|entry| entry.unwrap().path());
            // Under its name, which begins with no dot, it is whole.
            all.find(|path| path.join("backup.json").exists() && path.extension().is_none())
        })
    }

    /// It falls into the canal: killed at whatever it was doing, and its disk is gone.
    fn lose(self) {
        assert!(kill(child_of(self.window.id(), "rollcall-deskto")));
        drop(self.window);
        drop(self.folder);
    }
}

/// People whose phones were told *received*.
fn received(edge: &Edge, workshop: &Workshop, number: usize) -> Vec<Receipt> {
    (0..number).map(|_| Teacher::new().sign_up(edge.url(), workshop.invite_code(), 202)).collect()
}

/// A new laptop, on which nothing was ever done, with something carried to it; in English.
fn new_laptop(carried: &Path) -> (Folder, Window) {
    let folder = Folder::new();
    let window = Window::open(&folder, &Options::default());
    window.wait_for("#first-run");
    in_english(&window);
    copy(carried, &window.files().join("chosen"));
    (folder, window)
}

/// What a person reads in English, and then in Chinese.
fn reads(window: &Window, selector: &str, english: &str, chinese: &str) {
    window.wait_for_text(selector, |text| text.contains(english));
    window.click("#language");
    window.wait_for("html[lang=zh]");
    window.wait_for_text(selector, |text| text.contains(chinese));
    window.click("#language");
    window.wait_for("html[lang=en]");
}

/// Each of these people is on the list, once, and nobody else; and their phones say so.
fn all_are_there(folder: &Folder, receipts: &[Receipt]) {
    let mut expected: Vec<String> =
        receipts.iter().map(|receipt| receipt.issued["id"].as_str().unwrap().to_owned()).collect();
    expected.sort();
    wait::until_equal("everybody once", &expected, || {
        folder.read("SELECT id FROM signups WHERE state = 'registered' ORDER BY id", |row| row.get(0))
    });
    assert_eq!(folder.count("SELECT (SELECT count(*) FROM duplicates) + (SELECT count(*) FROM parked)"), 0);
    for receipt in receipts {
        receipt.wait_for("registered");
    }
}

#[test]
fn a_laptop_is_gone_and_the_key_file_alone_brings_everybody_back() {
    let edge = Edge::shared();
    let first = Laptop::open(edge);
    let mut people = first.with_people(edge, 4, 0);
    let stick = Stick::with(&first.save_keys());
    // After the keys were saved, and some of them while nobody collects.
    people.extend(first.with_people(edge, 2, 4));
    let workshop = first.workshop.clone();
    first.lose();
    people.extend(received(edge, &workshop, 3));

    let (folder, window) = new_laptop(&stick.path());
    reads(&window, "#bring", "Your workshops are on another computer?", "活动在另一台电脑上？");
    // What is no key file is said, and nothing is lost by it.
    fs::write(window.files().join("chosen"), "{}").unwrap();
    window.click("#bring-keys");
    window.click("#bring-keys-go");
    window.wait_for_text(".note", |text| text.contains("This is no key file"));
    copy(&stick.path(), &window.files().join("chosen"));
    window.click("#bring-keys");
    reads(&window, "#bring-keys-found", "this computer collects these workshops", "由这台电脑来收");
    window.pictures("another-laptop-keys");
    window.fill("#bring-passphrase", TYPED);
    window.click("#bring-keys-go");
    window.wait_for_text("#count", |count| count == "9");
    window.wait_for_text("#workshops", |text| text.contains("Maths Teaching Workshop"));
    all_are_there(&folder, &people);
    // It goes on here, without a word of anybody's: under the same code.
    people.extend(received(edge, &workshop, 1));
    window.wait_for_text("#count", |count| count == "10");
    all_are_there(&folder, &people);
    window.wait_until_gone("#save-keys");
}

#[test]
fn a_laptop_is_gone_and_a_backup_brings_everybody_back() {
    let edge = Edge::shared();
    let first = Laptop::open(edge);
    let code = first.workshop.invite_code().to_owned();
    let mut people = first.with_people(edge, 3, 0);
    // In the hall, where no edge ever hears of them.
    people.push(Teacher::new().sign_up(&first.window.venue(&code), &code, 201));
    first.window.wait_for_text("#count", |count| count == "4");
    let stick = Stick::with(&first.back_up());
    people.extend(first.with_people(edge, 2, 4));
    let workshop = first.workshop.clone();
    first.lose();
    people.extend(received(edge, &workshop, 3));
    // Its phone asks a laptop that is gone.
    let hall = people.remove(3);

    let (folder, window) = new_laptop(&stick.path());
    // A folder that is none is said so.
    let (chosen, aside) = (window.files().join("chosen"), window.files().join("aside"));
    fs::rename(&chosen, &aside).unwrap();
    fs::create_dir(&chosen).unwrap();
    window.click("#bring-backup");
    window.wait_for_text(".note", |text| text.contains("This folder is no backup"));
    fs::remove_dir(&chosen).unwrap();
    fs::rename(&aside, &chosen).unwrap();
    window.click("#bring-backup");
    reads(&window, "#bring-backup-found", "4 sign-ups", "4 条登记");
    window.pictures("another-laptop-backup");
    window.click("#bring-backup-go");
    window.wait_for_text("#count", |count| count == "9");
    wait::until_equal("the one from the hall", &1, || {
        let id = hall.issued["id"].as_str().unwrap();
        folder.count(&format!("SELECT count(*) FROM signups WHERE id = '{id}' AND path = 'venue'"))
    });
    people.extend(received(edge, &workshop, 1));
    window.wait_for_text("#count", |count| count == "10");
    let ids = folder.read("SELECT id FROM signups", |row| row.get::<_, String>(0));
    assert!(people.iter().all(|one| ids.iter().any(|id| one.issued["id"] == id.as_str())));
    for receipt in &people {
        receipt.wait_for("registered");
    }
}

#[test]
fn another_laptop_takes_over_and_gives_back() {
    let edge = Edge::shared();
    let first = Laptop::open(edge);
    let mut people = first.with_people(edge, 2, 0);
    let keys = first.save_keys();

    // The second one has no window, and no more than the key file.
    let folder = Folder::new();
    let loaded = folder.load_keys(&keys, TYPED).unwrap();
    assert_eq!((&loaded["pending"], loaded["edge"].as_str()), (&json!(1), Some(edge.url())));
    let second = folder.start(&HostOptions { direct: true, ..HostOptions::default() });
    all_are_there(&folder, &people);
    // Whoever comes now is the second one's. The first says what happened, since when, and what to do.
    people.extend(received(edge, &first.workshop, 2));
    all_are_there(&folder, &people);
    let window = &first.window;
    window.wait_for("#hop-collection[data-level=trouble][data-code=owned_elsewhere]");
    let name = machine_name();
    reads(window, "#elsewhere", &format!("another computer, {name}, collects"), &format!("“{name}”在收"));
    reads(window, "#elsewhere", "Since ", " 起，");
    window.pictures("another-laptop-collects");
    assert_eq!(first.folder.count("SELECT count(*) FROM signups"), 2);

    // Asked once, and left; then taken back.
    window.click("#take-over");
    reads(window, "#elsewhere", "its list stays there", "它的名单留在它那里");
    window.click("#take-over-leave");
    window.wait_until_gone("#take-over-sure");
    window.click("#take-over");
    window.click("#take-over-sure");
    window.wait_until_gone("#elsewhere");
    window.wait_for("#hop-collection[data-code=collecting]");
    window.wait_for_text("#count", |count| count == "4");
    all_are_there(&first.folder, &people);
    let told = wait::until("the second is told", || {
        let collection = second.status()["workshops"][0]["health"]["collection"].clone();
        (collection["state"] == "owned_elsewhere").then_some(collection)
    });
    assert!(told["since"].as_i64().is_some() && told["collector"]["name"] == name.as_str(), "{told}");
    people.extend(first.with_people(edge, 1, 4));
    all_are_there(&first.folder, &people);
    assert_eq!(folder.count("SELECT count(*) FROM signups"), 4);
}

/// This machine's name, by which each of its laptops is known to the other.
fn machine_name() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").unwrap().trim().to_owned()
}

/// What somebody carries in a pocket.
struct Stick(TempDir);

impl Stick {
    fn with(what: &Path) -> Self {
        let stick = Self(tempfile::tempdir().unwrap());
        copy(what, &stick.path());
        stick
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("carried")
    }
}

/// Copies a file, or a folder of files.
fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}
