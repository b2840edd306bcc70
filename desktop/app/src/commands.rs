//! What the page may ask: one table, each row a line over the engine. The page's side of it,
//! `desktop/ui/src/bindings.ts`, is written from the same table by the test below.

use std::path::Path;

use rollcall_engine::WorkshopDraft;
use rollcall_engine::backup::Backup;
use rollcall_engine::view::{
    AlarmKind, Case, Check, ConnectionTrial, DeskPanel, DrawnCode, Durability, ExportFormat, Home, KeysSaved,
    ListPage, ListQuery, Refusal, RefusalCode, Resolution, TakenEntry, Undo, Wifi, WorkshopSummary,
};
use rollcall_engine::view::{Erasure, Whom};
use rollcall_shared::Timestamp;
use rollcall_shared::language::Language;
use rollcall_shared::signup_id::SignupId;
use rollcall_shared::workshop::WorkshopId;
use tauri::{AppHandle, State, WebviewWindow};

use crate::shell::{Shell, Start, refusal};

/// A row is a command of the page: its name, its arguments, its answer, and the line over the engine that
/// answers it.
macro_rules! commands {
    ($( fn $name:ident($($argument:ident: $type:ty),*) -> $answer:ty = |$engine:ident| $line:expr; )*) => {
        $(
            #[tauri::command(rename_all = "snake_case")]
            async fn $name(shell: State<'_, Shell>, $($argument: $type),*) -> Result<$answer, Refusal> {
                shell.ask(move |$engine| $line).await
            }
        )*

        /// Takes the page's questions.
        pub(crate) fn handler() -> impl Fn(tauri::ipc::Invoke) -> bool + Send + Sync + 'static {
            tauri::generate_handler![start, fullscreen, export, save_keys, back_up, $($name),*]
        }

        /// Name, arguments and answer of every row, as TypeScript has them.
        #[cfg(test)]
        fn rows() -> Vec<bindings::Row> {
            vec![$( bindings::Row {
                name: stringify!($name),
                arguments: vec![$((stringify!($argument), bindings::name::<$type>())),*],
                answer: bindings::name::<$answer>(),
            } ),*]
        }
    };
}

commands! {
    fn workshops() -> Vec<WorkshopSummary> = |engine| engine.workshops();
    fn workshop(workshop: WorkshopId) -> WorkshopDraft = |engine| engine.workshop(&workshop);
    fn home(workshop: WorkshopId) -> Home = |engine| engine.home(&workshop);
    fn list(query: ListQuery) -> ListPage = |engine| engine.list(&query);
    fn needs_look(workshop: WorkshopId) -> Vec<Case> = |engine| engine.needs_look(&workshop);
    fn keys_saved() -> KeysSaved = |engine| Ok::<_, Refusal>(engine.keys_saved());

    fn resolve(workshop: WorkshopId, resolution: Resolution) -> Undo =
        |engine| engine.resolve(&workshop, resolution);
    fn cancel(workshop: WorkshopId, signup: SignupId) -> Undo = |engine| engine.cancel(&workshop, signup);
    fn restore(workshop: WorkshopId, signup: SignupId) -> Undo = |engine| engine.restore(&workshop, signup);
    fn promote(workshop: WorkshopId, signup: SignupId) -> Undo = |engine| engine.promote(&workshop, signup);
    fn undo(token: String) -> () = |engine| engine.undo(&token);

    fn would_erase(workshop: WorkshopId, whom: Whom) -> Erasure =
        |engine| engine.would_erase(&workshop, &whom);
    fn erase(workshop: WorkshopId, whom: Whom) -> Erasure = |engine| engine.erase(&workshop, &whom);

    fn desk_panel(workshop: WorkshopId) -> DeskPanel = |engine| engine.desk_panel(&workshop);
    fn renew_desk_pin(workshop: WorkshopId) -> Undo = |engine| engine.renew_desk_pin(&workshop);
    fn shut_desks(workshop: WorkshopId) -> Undo = |engine| engine.shut_desks(&workshop);
    fn end_desk(workshop: WorkshopId, desk: String) -> Undo = |engine| engine.end_desk(&workshop, desk);
    fn take_entry(workshop: WorkshopId, entry: String) -> TakenEntry =
        |engine| engine.take_entry(&workshop, &entry);
    fn take_picture(workshop: WorkshopId, picture: String) -> TakenEntry =
        |engine| engine.take_picture(&workshop, &picture);
    fn check(workshop: WorkshopId, since: Timestamp) -> Check = |engine| engine.check(&workshop, since);
    fn choose_network(network: Option<String>) -> () = |engine| engine.choose_network(network);
    fn draw_code(text: String) -> DrawnCode = |engine| engine.draw_code(&text);
    fn set_wifi(wifi: Option<Wifi>) -> () = |engine| engine.set_wifi(wifi);

    fn put_workshop(draft: WorkshopDraft) -> WorkshopId =
        |engine| engine.put_workshop(draft).map(|row| row.workshop.id.clone());
    fn open(workshop: WorkshopId) -> () = |engine| engine.open(&workshop).map(drop);
    fn close(workshop: WorkshopId) -> () = |engine| engine.close(&workshop).map(drop);
    fn retire(workshop: WorkshopId) -> () = |engine| engine.retire(&workshop).map(drop);
    fn resume(workshop: WorkshopId) -> () = |engine| engine.resume(&workshop).map(drop);
    fn renew_code(workshop: WorkshopId) -> Undo = |engine| engine.renew_code(&workshop);
    fn open_venue() -> () = |engine| engine.open_venue();
    fn close_venue() -> () = |engine| {
        engine.close_venue();
        Ok::<_, Refusal>(())
    };
    fn dismiss_alarm(kind: AlarmKind) -> () = |engine| {
        engine.dismiss_alarm(kind);
        Ok::<_, Refusal>(())
    };

    fn test_connection(line: String) -> ConnectionTrial =
        |engine| Ok::<_, Refusal>(engine.test_connection(&line));
    fn connect(line: String) -> String = |engine| engine.connect(&line);
}

/// How far the start is: the one question that is answered before the engine runs.
#[tauri::command]
fn start(shell: State<'_, Shell>) -> Start {
    shell.start()
}

/// For the projector.
#[tauri::command]
fn fullscreen(window: WebviewWindow, on: bool) -> Result<(), Refusal> {
    window.set_fullscreen(on).map_err(|error| refusal(RefusalCode::Unknown, error))
}

/// The list as a file; nothing where the person did not say where to.
#[tauri::command]
async fn export(
    app: AppHandle,
    shell: State<'_, Shell>,
    workshop: WorkshopId,
    format: ExportFormat,
    language: Language,
) -> Result<Option<Exported>, Refusal> {
    let name = format!("rollcall.{}", format.as_str());
    let Some(path) = shell.files.choose(app, name).await else { return Ok(None) };
    let shown = shown(&path);
    let written = shell.ask(move |engine| engine.export(&workshop, format, &path, language)).await?;
    Ok(Some(Exported { rows: written.rows, path: shown, durability: written.durability }))
}

/// A copy of the keys; nothing where the person did not say where to.
#[tauri::command]
async fn save_keys(app: AppHandle, shell: State<'_, Shell>) -> Result<Option<KeysCopied>, Refusal> {
    let Some(path) = shell.files.choose(app, "rollcall-keys.json".to_owned()).await else { return Ok(None) };
    let shown = shown(&path);
    let durability = shell.ask(move |engine| engine.save_keys(&path)).await?;
    Ok(Some(KeysCopied { path: shown, durability }))
}

/// A copy of everything, as a new folder; nothing where the person did not say where to.
#[tauri::command]
async fn back_up(app: AppHandle, shell: State<'_, Shell>, name: String) -> Result<Option<Backup>, Refusal> {
    let Some(path) = shell.files.choose(app, name).await else { return Ok(None) };
    shell.ask(move |engine| engine.backup(&path)).await.map(Some)
}

/// What was written, and where.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
struct Exported {
    /// People in it.
    #[ts(type = "number")]
    rows: u64,
    /// The file.
    path: String,
    /// How surely it stays.
    durability: Durability,
}

/// A copy of the keys.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, ts_rs::TS)]
struct KeysCopied {
    /// The file.
    path: String,
    /// How surely it stays.
    durability: Durability,
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod bindings {
    use std::fmt::Write as _;
    use std::fs;
    use std::path::Path;

    use rollcall_engine::window::typescript;
    use ts_rs::{Config, TS};

    use super::*;

    /// A command as TypeScript has it.
    pub(super) struct Row {
        pub(super) name: &'static str,
        pub(super) arguments: Vec<(&'static str, String)>,
        pub(super) answer: String,
    }

    pub(super) fn name<T: TS>() -> String {
        T::name(&config())
    }

    fn config() -> Config {
        Config::new().with_large_int("number")
    }

    /// The commands that need more than a line.
    fn all_rows() -> Vec<Row> {
        let mut all = vec![
            Row { name: "start", arguments: vec![], answer: name::<Start>() },
            Row { name: "fullscreen", arguments: vec![("on", name::<bool>())], answer: name::<()>() },
            Row {
                name: "export",
                arguments: vec![
                    ("workshop", name::<WorkshopId>()),
                    ("format", name::<ExportFormat>()),
                    ("language", name::<Language>()),
                ],
                answer: name::<Option<Exported>>(),
            },
            Row { name: "save_keys", arguments: vec![], answer: name::<Option<KeysCopied>>() },
            Row {
                name: "back_up",
                arguments: vec![("name", name::<String>())],
                answer: name::<Option<Backup>>(),
            },
        ];
        all.extend(rows());
        all
    }

    fn written() -> String {
        let mut text = String::from(
            "// Written from the engine's and the shell's own types by the tests of rollcall-desktop: change \
             those, not this.\n\
             import { invoke } from '@tauri-apps/api/core';\n\n",
        );
        text += typescript::declarations().split_once("\n\n").map_or("", |(_, types)| types);
        for own in [Start::decl(&config()), Exported::decl(&config()), KeysCopied::decl(&config())] {
            writeln!(text, "\nexport {own}").unwrap();
        }
        writeln!(
            text,
            "\n/** Everything that the window may ask of the program. A refusal is thrown as a `Refusal`. */"
        )
        .unwrap();
        writeln!(text, "export const commands = {{").unwrap();
        for Row { name, arguments, answer } in all_rows() {
            let typed: Vec<String> = arguments.iter().map(|(name, kind)| format!("{name}: {kind}")).collect();
            let names: Vec<&str> = arguments.iter().map(|(name, _)| *name).collect();
            let given =
                if names.is_empty() { String::new() } else { format!(", {{ {} }}", names.join(", ")) };
            writeln!(text, "  {name}: ({}) => invoke<{answer}>('{name}'{given}),", typed.join(", ")).unwrap();
        }
        writeln!(text, "}};\n\n/** The one event: something on the screen may have moved. */").unwrap();
        writeln!(text, "export const CHANGED = '{}';", crate::changed::CHANGED).unwrap();
        text
    }

    /// Writes the file anew where it is stale, and fails then: the change wants to be seen.
    #[test]
    fn the_pages_side_is_as_it_is_written_here() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/bindings.ts");
        let fresh = written();
        if fs::read_to_string(&path).is_ok_and(|kept| kept == fresh) {
            return;
        }
        fs::write(&path, fresh).unwrap();
        panic!(
            "{} was stale and has been written anew: look at the difference and commit it",
            path.display()
        );
    }
}
