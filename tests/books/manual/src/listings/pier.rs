fn before() {}
// ANCHOR: planks
fn lay_planks() -> usize {
    42
}
// ANCHOR_END: planks
