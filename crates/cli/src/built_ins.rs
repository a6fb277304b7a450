//! The plugins that are part of the program; the list is written by `build.rs`.

use stonks_host::discovery::BuiltIn;

include!(concat!(env!("OUT_DIR"), "/built_ins.rs"));
