//! `labbook`: the companion runner and author's tool.

use std::process::ExitCode;

use labbook::cli;
use labbook::engine::private::inside;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        // A private lab's own processes are this program again.
        Some(first) if first == inside::ARGUMENT => inside::main(arguments),
        _ => cli::main(),
    }
}
