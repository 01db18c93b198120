// A bridge: it runs the commands of standard input on a rust_socketio client and prints the events, one JSON object a line.
// ../javascript/scenario.mjs describes the commands.      parley-bridge URL TOKEN
use rust_socketio::{ClientBuilder, Event, Payload, RawClient};
use serde_json::{json, Value};
use std::io::{BufRead, Write};
use std::time::Duration;

fn say(line: Value) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("standard output is open");
}

fn values(payload: Payload) -> Vec<Value> {
    match payload {
        Payload::Text(values) => values,
        _ => Vec::new(),
    }
}

fn heard(event: Event, payload: Payload, _: RawClient) {
    match event {
        Event::Connect => say(json!({"connected": true})),
        Event::Close => say(json!({"disconnected": true})),
        Event::Error => say(json!({"failed": values(payload)})),
        Event::Custom(name) => say(json!({"event": name, "args": values(payload)})),
        Event::Message => say(json!({"event": "message", "args": values(payload)})),
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(token)) = (arguments.next(), arguments.next()) else {
        panic!("usage: parley-bridge URL TOKEN");
    };
    // `on_any` does not receive these three events.
    let client = ClientBuilder::new(url)
        .auth(json!({"token": token}))
        .reconnect_on_disconnect(true)
        .reconnect_delay(100, 500)
        .on(Event::Connect, |payload, client| heard(Event::Connect, payload, client))
        .on(Event::Close, |payload, client| heard(Event::Close, payload, client))
        .on(Event::Error, |payload, client| heard(Event::Error, payload, client))
        .on_any(heard)
        .connect()
        .expect("a first connection");
    for line in std::io::stdin().lock().lines() {
        let command: Value = serde_json::from_str(&line.expect("a line")).expect("a line of JSON");
        if command["do"] == "close" {
            break;
        }
        let id = command["id"].clone();
        let answered = move |payload: Payload, _: RawClient| {
            // The arguments of an acknowledgement come as one list in some versions and one by one in others.
            let mut args = values(payload);
            if let [Value::Array(inner)] = args.as_slice() {
                args = inner.clone();
            }
            say(json!({"ack": id, "args": args}))
        };
        let event = command["event"].as_str().expect("an event").to_owned();
        if let Err(error) = client.emit_with_ack(event, command["payload"].clone(), Duration::from_secs(15), answered) {
            say(json!({"failed": [error.to_string()]}));
        }
    }
    client.disconnect().expect("an orderly end");
}
