//! A passage to the edge that can be cut, frozen, or made to let no socket through, as networks and proxies
//! do.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;

/// Between a host and an edge. Everything passes unless it is told otherwise.
pub(crate) struct Passage {
    url: String,
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    held: Mutex<Held>,
    thawed: Condvar,
}

#[derive(Default)]
struct Held {
    frozen: bool,
    without_sockets: bool,
    connections: Vec<TcpStream>,
}

impl Passage {
    /// To a server on this machine, `http://127.0.0.1:PORT`.
    pub(crate) fn to(server: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::<State>::default();
        let (server, shared) = (server.strip_prefix("http://").unwrap().to_owned(), Arc::clone(&state));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let (server, state) = (server.clone(), Arc::clone(&shared));
                thread::spawn(move || state.pass(client, &server));
            }
        });
        Self { url, state }
    }

    /// Its own address.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Cuts every connection there is; new ones pass.
    pub(crate) fn cut(&self) {
        for connection in self.state.held.lock().unwrap().connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }

    /// Nothing passes any more, and nobody is told.
    pub(crate) fn freeze(&self) {
        self.state.held.lock().unwrap().frozen = true;
    }

    /// It passes again.
    pub(crate) fn thaw(&self) {
        self.state.held.lock().unwrap().frozen = false;
        self.state.thawed.notify_all();
    }

    /// From here on a socket is answered as by a server that has none.
    pub(crate) fn let_no_socket_through(&self) {
        self.state.held.lock().unwrap().without_sockets = true;
    }
}

impl State {
    fn pass(&self, mut client: TcpStream, server: &str) {
        let mut head = vec![0; 64 * 1024];
        let Ok(count) = client.read(&mut head) else { return };
        let asks_for_socket =
            String::from_utf8_lossy(&head[..count]).to_ascii_lowercase().contains("upgrade: websocket");
        if asks_for_socket && self.held.lock().unwrap().without_sockets {
            let _ =
                client.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
            return;
        }
        let Ok(mut server) = TcpStream::connect(server) else { return };
        self.held
            .lock()
            .unwrap()
            .connections
            .extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
        self.wait_while_frozen();
        if server.write_all(&head[..count]).is_err() {
            return;
        }
        let (from, to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        thread::scope(|scope| {
            scope.spawn(|| self.copy(from, to));
            self.copy(client, server);
        });
    }

    fn copy(&self, mut from: TcpStream, mut to: TcpStream) {
        let mut bytes = [0; 16 * 1024];
        while let Ok(count @ 1..) = from.read(&mut bytes) {
            self.wait_while_frozen();
            if to.write_all(&bytes[..count]).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    }

    fn wait_while_frozen(&self) {
        let held = self.held.lock().unwrap();
        drop(self.thawed.wait_while(held, |held| held.frozen).unwrap());
    }
}
