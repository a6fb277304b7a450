//! assets.
pub(crate) fn build() -> anyhow::Result<()> {
    Ok(())
}
