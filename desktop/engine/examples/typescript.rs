//! Prints the window's wire types as TypeScript.

fn main() {
    print!("{}", rollcall_engine::window::typescript::declarations());
}
