//! Host bindings, generated from `wit/v1`.

#![allow(
    clippy::all,
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    clippy::wildcard_imports,
    clippy::use_self,
    unreachable_pub,
    unused_qualifications,
    elided_lifetimes_in_paths,
    missing_docs,
    reason = "written by wasmtime's bindgen"
)]

wasmtime::component::bindgen!({
    path: "../../wit/v1",
    inline: "package stonks:host; world everything {
        import stonks:plugin/http@1.0.0;
        import stonks:plugin/log@1.0.0;
        import stonks:plugin/storage@1.0.0;
        import stonks:plugin/clock@1.0.0;
        import stonks:plugin/progress@1.0.0;
        export stonks:plugin/lifecycle@1.0.0;
        export stonks:plugin/portfolio@1.0.0;
        export stonks:plugin/transaction@1.0.0;
        export stonks:plugin/deposit@1.0.0;
        export stonks:plugin/dividend@1.0.0;
        export stonks:plugin/fee@1.0.0;
        export stonks:plugin/account@1.0.0;
        export stonks:plugin/update@1.0.0;
        export stonks:plugin/file-import@1.0.0;
        export stonks:plugin/middleware@1.0.0;
        export stonks:plugin/aggregator@1.0.0;
        export stonks:plugin/view@1.0.0;
    }",
    world: "stonks:host/everything",
    additional_derives: [serde::Serialize, serde::Deserialize],
});
