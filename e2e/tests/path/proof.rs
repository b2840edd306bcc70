//! The proof of work: asked of who sends unusually much, solved, bound to one sign-up; and no dead end
//! without script.

use std::sync::Barrier;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use reqwest::blocking::{RequestBuilder, Response};
use rollcall_e2e::edge::{Edge, client};
use rollcall_e2e::host::{Folder, Host, Options, Workshop};
use rollcall_e2e::teacher::Teacher;
use rollcall_e2e::wait;
use rollcall_shared::problem::{Problem, ProblemCode};
use rollcall_shared::proof::{Challenge, solve};
use serde_json::{Value, json};

fn set_up(proof: &str) -> (&'static Edge, Folder, Host, Workshop) {
    let edge = Edge::shared();
    let folder = Folder::new();
    let host = folder.start(&Options::on(edge));
    let workshop = host.make_workshop(json!({ "proof": proof }));
    (edge, folder, host, workshop)
}

/// A phone: it keeps the cookie that it was given last.
struct Phone {
    edge: &'static Edge,
    code: String,
    cookie: String,
}

impl Phone {
    fn new(edge: &'static Edge, workshop: &Workshop) -> Self {
        Self { edge, code: workshop.invite_code().to_owned(), cookie: String::new() }
    }

    fn send(&mut self, teacher: &Teacher, proof: Option<&str>) -> Response {
        let mut body = teacher.body(&self.code);
        if let Some(proof) = proof {
            body["proof"] = json!(proof);
        }
        let url = format!("{}/v1/signups", self.edge.url());
        let answer = client().post(url).header("cookie", &self.cookie).json(&body).send().unwrap();
        self.keep_cookie(&answer);
        answer
    }

    fn send_form(&mut self, teacher: &Teacher) -> Response {
        let answer = self.form(teacher).send().unwrap();
        self.keep_cookie(&answer);
        answer
    }

    fn form(&self, teacher: &Teacher) -> RequestBuilder {
        let seed = teacher.id.replace('-', "");
        let fields = [("seed", seed.as_str()), ("name", &teacher.name), ("phone", &teacher.phone)];
        let body = fields.map(|(name, value)| format!("{name}={value}")).join("&");
        client()
            .post(format!("{}/j/{}?lang=en", self.edge.url(), self.code))
            .header("cookie", &self.cookie)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    }

    fn keep_cookie(&mut self, answer: &Response) {
        if let Some(cookie) = answer.headers().get("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(
                cookie.contains("HttpOnly") && cookie.contains("Secure") && cookie.contains("SameSite=Lax")
            );
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
    }
}

#[track_caller]
fn asked(answer: Response) -> Challenge {
    assert_eq!(answer.status(), 428);
    let problem: Value = answer.json().unwrap();
    assert_eq!(problem["code"], "proof_required");
    serde_json::from_value(problem["challenge"].clone()).unwrap()
}

#[test]
fn a_phone_that_signs_many_up_is_asked_and_goes_on_with_proofs() {
    let (edge, folder, _host, workshop) = set_up("auto");
    let mut phone = Phone::new(edge, &workshop);
    let people: Vec<Teacher> = (0..7).map(|_| Teacher::new()).collect();
    for teacher in &people[..5] {
        assert_eq!(phone.send(teacher, None).status(), 202);
    }
    assert_eq!(phone.send(&people[2], None).status(), 202, "the same again is no other one");
    let proof = solve(&asked(phone.send(&people[5], None))).unwrap();
    asked(phone.send(&people[6], Some(&proof)));
    asked(phone.send(&people[5], Some("e30=")));
    assert_eq!(phone.send(&people[5], Some(&proof)).status(), 202);
    assert_eq!(phone.send(&people[5], Some(&proof)).status(), 202, "its answer may have been lost");
    let proof = solve(&asked(phone.send(&people[6], None))).unwrap();
    assert_eq!(phone.send(&people[6], Some(&proof)).status(), 202);
    // Another phone in the same hall, behind the same address.
    assert_eq!(Phone::new(edge, &workshop).send(&Teacher::new(), None).status(), 202);
    wait::until_equal(("the rows", 10), &8, || folder.count("SELECT count(*) FROM signups"));
}

#[test]
fn where_everybody_is_asked_a_challenge_can_be_solved_beforehand() {
    let (edge, folder, _host, workshop) = set_up("on");
    let (mut phone, teacher) = (Phone::new(edge, &workshop), Teacher::new());
    asked(phone.send(&teacher, None));
    let challenge = |code: &str, id: &str| {
        client().get(format!("{}/v1/challenge?code={code}&id={id}", edge.url())).send().unwrap()
    };
    let answer = challenge(workshop.invite_code(), &teacher.id);
    assert_eq!(answer.status(), 200);
    let proof = solve(&answer.json().unwrap()).unwrap();
    assert_eq!(phone.send(&teacher, Some(&proof)).status(), 202);
    assert_eq!(challenge(workshop.invite_code(), "1").status(), 422);
    assert_eq!(challenge("1", &teacher.id).status(), 422);
    assert_eq!(challenge("ABCD-ABCDE", &teacher.id).status(), 404);

    let page = phone.send_form(&Teacher::new());
    assert_eq!(page.status(), 428);
    let page = page.text().unwrap();
    assert!(page.contains("another browser") && page.contains("see the desk"), "{page}");
    wait::until_equal(("the row", 10), &1, || folder.count("SELECT count(*) FROM signups"));
}

#[test]
fn without_script_the_form_comes_back_filled_in_and_says_when() {
    let (edge, _folder, _host, workshop) = set_up("auto");
    let mut phone = Phone::new(edge, &workshop);
    for _ in 0..5 {
        assert_eq!(phone.send_form(&Teacher::new()).status(), 303);
    }
    let teacher = Teacher::new();
    let page = phone.send_form(&teacher);
    assert_eq!(page.status(), 429);
    let wait: u32 = page.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=600).contains(&wait), "{wait}");
    let page = page.text().unwrap();
    assert!(page.contains("in a few minutes") && page.contains(&teacher.phone), "{page}");
    // A program that sends the form reads the same as a problem.
    let problem = phone.form(&Teacher::new()).header("accept", "application/problem+json").send().unwrap();
    assert_eq!(
        (problem.status().as_u16(), problem.headers()["content-type"].to_str().unwrap()),
        (429, "application/problem+json")
    );
    let wait: u32 = problem.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    let problem: Problem = problem.json().unwrap();
    assert_eq!((problem.code, problem.retry_after), (ProblemCode::SlowDown, Some(wait)));
}

#[test]
fn a_hall_at_one_instant_is_not_asked_and_a_flood_is() {
    let (edge, _folder, _host, workshop) = set_up("auto");
    let (kept, asked) = (AtomicU32::new(0), AtomicU32::new(0));
    let send = || {
        match Teacher::new().send(edge.url(), workshop.invite_code()).status().as_u16() {
            202 => kept.fetch_add(1, Ordering::Relaxed),
            428 => asked.fetch_add(1, Ordering::Relaxed),
            other => panic!("{other}"),
        };
    };
    let everybody = Barrier::new(500);
    thread::scope(|scope| {
        for _ in 0..500 {
            scope.spawn(|| {
                everybody.wait();
                send();
            });
        }
    });
    assert_eq!((kept.load(Ordering::Relaxed), asked.load(Ordering::Relaxed)), (500, 0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                while asked.load(Ordering::Relaxed) == 0 && kept.load(Ordering::Relaxed) < 5_000 {
                    send();
                }
            });
        }
    });
    let kept = kept.load(Ordering::Relaxed);
    assert!(asked.load(Ordering::Relaxed) > 0 && kept >= 1_200, "{kept} passed");
}

#[test]
fn where_it_is_off_nobody_is_asked() {
    let (edge, _folder, _host, workshop) = set_up("off");
    let mut phone = Phone::new(edge, &workshop);
    for _ in 0..8 {
        assert_eq!(phone.send(&Teacher::new(), None).status(), 202);
    }
    assert_eq!(phone.cookie, "");
}
