use std::process::ExitCode;

use labbook::engine::private::inside;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    match arguments.next() {
        Some(first) if first == inside::ARGUMENT => inside::main(arguments),
        _ => ExitCode::SUCCESS,
    }
}
