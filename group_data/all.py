"""Data of every host. What is not said here or in a more specific place has the default of `memurai.settings`."""

# An example to replace: the newest version with a public hash. The installer itself is not part of this repository.
memurai_package = {
    "version": "4.1.2",
    "source": "packages/Memurai-Developer-v4.1.2.msi",
    "sha256": "11d009c8e93912e1899b5263d0e7d78907903913e1672b30020612ada6d27446",
}
