//! The real window, driven as a person drives it: WebKitWebDriver presses its buttons on a display that
//! nobody sees.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::edge::client;
use crate::host::{Folder, text};
use crate::ports::free_port;
use crate::process::{Process, keep};
use crate::turn::Turn;
use crate::wait::Wait;
use crate::{place, wait};

/// Longest time, in seconds, until the window shows what it is told to, or what has changed, while other
/// tests keep the machine busy.
const SHOWN: u64 = 30;
/// What WebDriver calls an element in its JSON.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How a window is opened.
#[derive(Debug, Clone, Default)]
pub struct Options<'a> {
    /// The venue page is open from the start, at an address of this machine.
    pub venue: bool,
    /// With a Redis of its own.
    pub redis: bool,
    /// More of the command line.
    pub arguments: &'a [&'a str],
}

impl Options<'_> {
    /// What the window's program is started with.
    fn command_line(&self, folder: &Folder, home: &Path) -> Vec<String> {
        let mut arguments = vec!["--data-dir".to_owned(), folder.path().display().to_string()];
        arguments.extend(["--files-dir".to_owned(), home.join("files").display().to_string()]);
        let fixed = ["--lan-host", "127.0.0.1", "--lan-port", &free_port().to_string()];
        arguments.extend(fixed.map(str::to_owned));
        if !self.redis {
            arguments.push("--no-redis".to_owned());
        }
        if self.venue {
            arguments.push("--venue-open".to_owned());
        }
        arguments.extend(self.arguments.iter().map(|&argument| argument.to_owned()));
        arguments
    }
}

/// WebKitWebDriver on a port, with a bus and a home of its own for the windows that it opens.
fn driver(port: u16, home: &Path) -> Command {
    let mut command = Command::new("dbus-run-session");
    command
        .args(["--", "WebKitWebDriver", &format!("--port={port}")])
        .env("DISPLAY", display())
        .env("TAURI_AUTOMATION", "true")
        .env("TAURI_WEBVIEW_AUTOMATION", "true")
        .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1")
        .env("WEBKIT_DISABLE_DMABUF_RENDERER", "1")
        // No accessibility bus, no settings of the person's, no language of the machine's.
        .env("NO_AT_BRIDGE", "1")
        .env("GSETTINGS_BACKEND", "memory")
        .env("LANG", "C.UTF-8")
        .env("HOME", home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_RUNTIME_DIR", home)
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS");
    command
}

/// An open window on a data folder. Dropped, it is closed with all that belongs to it.
#[derive(Debug)]
pub struct Window {
    driver: Process,
    client: Client,
    session: String,
    log: Arc<Mutex<String>>,
    folder: PathBuf,
    _turn: Turn,
}

impl Window {
    /// Opens it; returns when its page can be asked, which is before the engine runs.
    pub fn open(folder: &Folder, options: &Options<'_>) -> Self {
        Self::open_in(Turn::take(), folder, options)
    }

    /// Opens it while no other window of this program is open: for what is measured.
    pub fn open_alone(folder: &Folder, options: &Options<'_>) -> Self {
        Self::open_in(Turn::alone(), folder, options)
    }

    fn open_in(turn: Turn, folder: &Folder, options: &Options<'_>) -> Self {
        let home = folder.path().join("home");
        fs::create_dir_all(home.join("files")).unwrap();
        let port = free_port();
        let mut driver = Process::start(&driver(port, &home));
        let log = Arc::<Mutex<String>>::default();
        let (stdout, stderr) = driver.outputs();
        keep(stdout, Arc::clone(&log));
        keep(stderr, Arc::clone(&log));
        // It installs the TLS that every client of this program wants, even for plain HTTP.
        let _ = client();
        let client = Client::builder().timeout(wait::DEADLINE).no_proxy().build().unwrap();
        let base = format!("http://127.0.0.1:{port}");
        wait::until(("the driver answers", 60), || client.get(format!("{base}/status")).send().ok());

        let program = place("ROLLCALL_DESKTOP_BIN", "target/release/rollcall-desktop");
        let wanted = json!({ "capabilities": { "alwaysMatch": {
            "webkitgtk:browserOptions": { "binary": program, "args": options.command_line(folder, &home) }
        } } });
        let answer = client.post(format!("{base}/session")).json(&wanted).send().unwrap();
        let answer: Value = answer.json().unwrap();
        let Some(id) = answer["value"]["sessionId"].as_str() else {
            panic!("no window: {answer}\n{}", log.lock().unwrap());
        };
        let session = format!("{base}/session/{id}");
        Self { driver, client, session, log, folder: folder.path().to_owned(), _turn: turn }
    }

    /// All that the driver, the shell and the engine have logged.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The line that says that sign-ups can be taken.
    pub fn ready(&self) -> Value {
        wait::until(("the window's engine is ready", 60), || {
            let log = self.log();
            let line = log.lines().find_map(|line| line.strip_prefix("ready "))?;
            Some(serde_json::from_str(line).unwrap())
        })
    }

    /// Where files that the window writes go.
    pub fn files(&self) -> PathBuf {
        self.folder.join("home/files")
    }

    /// The driver's process id, from which all of the window's descend.
    pub fn id(&self) -> u32 {
        self.driver.id()
    }

    /// The venue page's address with its token, of the workshop with that code.
    pub fn venue(&self, invite_code: &str) -> String {
        let note: Value = wait::until(("the engine runs", 60), || {
            serde_json::from_slice(&fs::read(self.folder.join("control.json")).ok()?).ok()
        });
        let url = format!("{}/control/status", text(&note, "url"));
        let status: Value =
            client().get(url).bearer_auth(text(&note, "token")).send().unwrap().json().unwrap();
        let workshops = status["workshops"].as_array().unwrap();
        let found = workshops.iter().find(|one| one["invite_code"] == invite_code).unwrap();
        text(found, "lan").split("/j/").next().unwrap().to_owned()
    }

    /// Returns the first element that a selector finds now.
    pub fn find(&self, selector: &str) -> Option<Element<'_>> {
        let asked = json!({ "using": "css selector", "value": selector });
        let answer = self.ask("POST", "/element", Some(&asked)).ok()?;
        Some(Element { window: self, id: answer[ELEMENT].as_str()?.to_owned() })
    }

    /// Waits for an element.
    pub fn wait_for(&self, selector: &str) -> Element<'_> {
        self.until((selector, SHOWN), || self.find(selector))
    }

    /// Waits until an element is gone.
    pub fn wait_until_gone(&self, selector: &str) {
        self.until((format!("no {selector}"), SHOWN), || self.find(selector).is_none().then_some(()));
    }

    /// Waits for an element and presses it; again where the page redrew it in between.
    pub fn click(&self, selector: &str) {
        self.until((format!("{selector} can be pressed"), SHOWN), || self.find(selector)?.click().ok());
    }

    /// Waits for a field and types into it, after removing what is there.
    pub fn fill(&self, selector: &str, words: &str) {
        self.until((format!("{selector} can be filled"), SHOWN), || {
            let field = self.find(selector)?;
            field.clear().ok()?;
            field.send_keys(words).ok()
        });
    }

    /// Waits until an element's text is as wanted.
    pub fn wait_for_text(&self, selector: &str, wanted: impl Fn(&str) -> bool) -> String {
        self.until((format!("the text of {selector}"), SHOWN), || {
            self.find(selector)?.text().filter(|text| wanted(text))
        })
    }

    /// Presses a key with nothing special under it.
    pub fn press(&self, key: &str) {
        let script = "document.activeElement?.blur(); const [key, ctrlKey] = arguments;\
             document.body.dispatchEvent(new KeyboardEvent('keydown', { key, ctrlKey, bubbles: true }))";
        match key.strip_prefix("Ctrl+") {
            Some(key) => self.run(script, json!([key, true])),
            None => self.run(script, json!([key, false])),
        };
    }

    /// Types a key as a keyboard does, at whatever has the focus.
    pub fn type_key(&self, key: &str) {
        let [down, up] = ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key }));
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": [down, up] });
        self.ask("POST", "/actions", Some(&json!({ "actions": [keyboard] }))).unwrap();
    }

    /// Resizes the window, in pixels.
    pub fn resize(&self, width: u32, height: u32) {
        let wanted = json!({ "width": width, "height": height });
        self.ask("POST", "/window/rect", Some(&wanted)).unwrap();
        self.until(("the window's size", SHOWN), || (self.size() == (width, height)).then_some(()));
    }

    /// Returns the window's size, in pixels.
    pub fn size(&self) -> (u32, u32) {
        let rect = self.ask("GET", "/window/rect", None).unwrap();
        let side = |name: &str| rect[name].as_f64().map_or(0, |side| side as u32);
        (side("width"), side("height"))
    }

    /// Runs a script in the page, and returns what it returns.
    pub fn run(&self, script: &str, arguments: Value) -> Value {
        let asked = json!({ "script": script, "args": arguments });
        self.ask("POST", "/execute/sync", Some(&asked)).unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Runs a script that says itself when it is done: by calling its first argument with what it found.
    pub fn run_to_end(&self, script: &str) -> Value {
        self.run_async(script, json!([]))
    }

    /// Runs a script that says itself when it is done: by calling the argument after the given ones.
    pub fn run_async(&self, script: &str, arguments: Value) -> Value {
        let asked = json!({ "script": script, "args": arguments });
        self.ask("POST", "/execute/async", Some(&asked)).unwrap_or_else(|error| panic!("{script}: {error}"))
    }

    /// Asks the program as the page does, and returns what it answers, or refuses with.
    pub fn invoke(&self, command: &str, arguments: &Value) -> Result<Value, Value> {
        let script = "const done = arguments[arguments.length - 1];\
             window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])\
             .then((ok) => done({ ok }), (refused) => done({ refused }))";
        let asked = json!({ "script": script, "args": [command, arguments] });
        let answer = self.ask("POST", "/execute/async", Some(&asked)).unwrap();
        answer.get("refused").map_or_else(|| Ok(answer["ok"].clone()), |refused| Err(refused.clone()))
    }

    /// Takes a picture of the whole display, where `ROLLCALL_PICTURES` names a folder for pictures.
    pub fn picture(&self, name: &str) {
        let Some(folder) = env::var_os("ROLLCALL_PICTURES") else { return };
        fs::create_dir_all(&folder).unwrap();
        // What is asked for is drawn by the time that two frames have passed.
        self.run_to_end("requestAnimationFrame(() => requestAnimationFrame(() => arguments[0]()))");
        let path = Path::new(&folder).join(format!("{name}.png"));
        let taken =
            Command::new("import").args(["-display", display(), "-window", "root"]).arg(path).status();
        assert!(taken.unwrap().success());
    }

    /// Takes two pictures, in the current language and in the other one. The button may be under a dialog.
    pub fn pictures(&self, name: &str) {
        if env::var_os("ROLLCALL_PICTURES").is_none() {
            return;
        }
        self.picture(name);
        let change = || {
            self.run("document.getElementById('language').click()", json!([]));
        };
        change();
        self.picture(&format!("{name}-other"));
        change();
    }

    /// Waits like [`wait::until`], and says in the end what the program logged.
    pub fn until<T>(&self, wait: impl Into<Wait>, mut look: impl FnMut() -> Option<T>) -> T {
        let wait = wait.into();
        let deadline = wait.deadline();
        loop {
            let is_over = Instant::now() > deadline;
            if let Some(found) = look() {
                return found;
            }
            if is_over {
                let page = self.run("return document.body.innerText", json!([]));
                panic!("{wait}\nthe page reads:\n{page}\nthe program said:\n{}", self.log());
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let mut request = self.client.request(method.parse().unwrap(), format!("{}{path}", self.session));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().map_err(|error| error.to_string())?;
        let is_ok = answer.status().is_success();
        let answer: Value = answer.json().map_err(|error| error.to_string())?;
        if is_ok { Ok(answer["value"].clone()) } else { Err(answer["value"].to_string()) }
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // Closed as a person closes it, so that the engine finishes; what is left is killed with the driver.
        let _ = self.ask("DELETE", "", None);
        self.driver.kill();
    }
}

/// Something on the page.
#[derive(Debug)]
pub struct Element<'a> {
    window: &'a Window,
    id: String,
}

impl Element<'_> {
    /// Presses the element.
    pub fn click(&self) -> Result<Value, String> {
        self.window.ask("POST", &format!("/element/{}/click", self.id), Some(&json!({})))
    }

    /// Empties a field.
    pub fn clear(&self) -> Result<Value, String> {
        self.window.ask("POST", &format!("/element/{}/clear", self.id), Some(&json!({})))
    }

    /// Types a text into the element.
    pub fn send_keys(&self, words: &str) -> Result<Value, String> {
        self.window.ask("POST", &format!("/element/{}/value", self.id), Some(&json!({ "text": words })))
    }

    /// Returns what a person reads there; `None` where it is gone.
    pub fn text(&self) -> Option<String> {
        // Not WebDriver's own question: to it, text that is cut off with an ellipsis is not there.
        let asked = json!({ "script": "return arguments[0].innerText", "args": [{ ELEMENT: self.id }] });
        let text = self.window.ask("POST", "/execute/sync", Some(&asked)).ok()?;
        text.as_str().map(|text| text.trim().to_owned())
    }

    /// Returns an attribute; `None` where there is none.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let value = self.window.ask("GET", &format!("/element/{}/attribute/{name}", self.id), None).ok()?;
        value.as_str().map(str::to_owned)
    }
}

/// The display that all windows of one test program share: 1280 by 800, seen by nobody.
fn display() -> &'static str {
    static DISPLAY: OnceLock<(String, Mutex<Process>)> = OnceLock::new();
    let (name, _) = DISPLAY.get_or_init(|| {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
        let mut server = Process::start(&command);
        let (stdout, stderr) = server.outputs();
        keep(stderr, Arc::default());
        let mut number = String::new();
        BufReader::new(stdout).read_line(&mut number).unwrap();
        assert!(!number.trim().is_empty(), "Xvfb ended before it had a display");
        (format!(":{}", number.trim()), Mutex::new(server))
    });
    name
}
