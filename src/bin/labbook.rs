//! `labbook`: the companion runner and author's tool.

use std::process::ExitCode;

use labbook::cli;

fn main() -> ExitCode {
    #[cfg(target_os = "linux")]
    {
        use labbook::engine::private::inside;
        let mut arguments = std::env::args_os().skip(1);
        // A private lab's own processes are this program again.
        if arguments
            .next()
            .is_some_and(|first| first == inside::ARGUMENT)
        {
            return inside::main(arguments);
        }
    }
    cli::main()
}
