//! The Workshop object, named by the workshop's id: who may drain it, its mailbox, its receipts.
//!
//! It is initialised by the first publication, or by the first message where that one came earlier. Until
//! then it has no tables, so that requests about workshops that never existed cost no storage.

mod erased;
mod host_operation;
mod mail;
mod object;
mod receipt_states;
mod registration;
mod requests;
mod wake;

use rollcall_shared::workshop::WorkshopId;
use worker::{
    DurableObject, Env, Error, Request, Response, Result, State, Stub, WebSocket, WebSocketIncomingMessage,
};

use crate::answer::Answer;
use crate::object::{KEY_HEADER, Rpc, read_request, respond, rpc_name};
pub(crate) use crate::workshop::host_operation::HostOperation;
use crate::workshop::object::Workshop;
pub(crate) use crate::workshop::requests::{
    Authorize, Deposit, FindReceipt, FoundReceipt, Granted, Left, Publish, Published, Retire, Show, ShownKey,
};
pub(crate) use crate::workshop::wake::WAKE;
use crate::{answer, clock};

/// The object that belongs to a workshop.
pub(crate) fn object(env: &Env, workshop: &WorkshopId) -> Result<Stub> {
    env.durable_object("WORKSHOP")?.get_by_name(workshop.as_str())
}

impl DurableObject for Workshop {
    fn new(state: State, _env: Env) -> Self {
        Self::open(state)
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        let name = rpc_name(&request);
        let key = request.headers().get(KEY_HEADER)?.unwrap_or_default();
        if name == WAKE {
            return answered(self.take_socket(&key));
        }
        let bytes = request.bytes().await?;
        if let Some(operation) = HostOperation::named(&name) {
            return answered(self.run(operation, &key, &bytes).await);
        }
        match name.as_str() {
            Authorize::NAME => respond::<Authorize>(&self.authorize(&read_request(&bytes)?)?),
            Publish::NAME => respond::<Publish>(&self.publish(read_request(&bytes)?).await?),
            Retire::NAME => respond::<Retire>(&self.retire(read_request(&bytes)?)?),
            Show::NAME => respond::<Show>(&self.show(&read_request(&bytes)?)?),
            Left::NAME => respond::<Left>(&self.left(&read_request(&bytes)?)?),
            Deposit::NAME => respond::<Deposit>(&self.deposit(read_request(&bytes)?).await?),
            FindReceipt::NAME => respond::<FindReceipt>(&self.find_receipt(read_request(&bytes)?)?),
            _ => Response::error("no such request", 404),
        }
    }

    async fn alarm(&self) -> Result<Response> {
        self.forget(clock::now()).await?;
        Response::empty()
    }

    // Laptops send nothing over the wake socket, and the runtime answers pings and closings itself; but the
    // trait's default answers to these events are panics.

    async fn websocket_message(&self, _socket: WebSocket, _message: WebSocketIncomingMessage) -> Result<()> {
        Ok(())
    }

    async fn websocket_close(
        &self,
        _socket: WebSocket,
        _code: usize,
        _reason: String,
        _clean: bool,
    ) -> Result<()> {
        Ok(())
    }

    async fn websocket_error(&self, _socket: WebSocket, _error: Error) -> Result<()> {
        Ok(())
    }
}

/// A refusal is an answer as well.
fn answered(answer: Answer) -> Result<Response> {
    answer.or_else(|refusal| answer::refuse(&refusal.into_problem()))
}
