use wasmtime::component::{Linker,Component,Accessor,HasSelf}; use wasmtime::{Config,Engine,Store}; use std::time::*;
mod b { wasmtime::component::bindgen!({ path:"/tmp/spike/wit", inline:"package a:b; world all { import stonks:plugin/http@1.0.0; export stonks:plugin/lifecycle@1.0.0; export stonks:plugin/transactions@1.0.0; }", world:"a:b/all" }); }
struct S; 
impl b::stonks::plugin::http::Host for S {}
impl<T:Send+'static> b::stonks::plugin::http::HostWithStore<T> for HasSelf<S> { async fn send(_a:&Accessor<T,Self>, url:String)->std::result::Result<String,String>{ Ok(url) } }
fn main(){ let rt=tokio::runtime::Runtime::new().unwrap(); rt.block_on(async{
 let mut c=Config::new(); c.wasm_component_model_async(true); c.epoch_interruption(true);
 let e=Engine::new(&c).unwrap();
 let bytes=std::fs::read("/tmp/spike/target/wasm32-unknown-unknown/release/guest.wasm").unwrap();
 let t=Instant::now(); let comp=Component::new(&e,&bytes).unwrap(); println!("compile {:?}",t.elapsed());
 for (n,_) in comp.component_type().imports(&e){println!("import {n}")} for (n,_) in comp.component_type().exports(&e){println!("export {n}")}
 let mut l=Linker::<S>::new(&e); b::stonks::plugin::http::add_to_linker::<_,HasSelf<S>>(&mut l,|s|s).unwrap();
 let pre=l.instantiate_pre(&comp).unwrap();
 let idx=b::exports::stonks::plugin::transactions::GuestIndices::new(&pre).unwrap();
 let li=b::exports::stonks::plugin::lifecycle::GuestIndices::new(&pre).unwrap();
 let mut s=Store::new(&e,S); s.set_epoch_deadline(1000);
 let inst=pre.instantiate_async(&mut s).await.unwrap();
 let g=idx.load(&mut s,&inst).unwrap(); let lf=li.load(&mut s,&inst).unwrap();
 for _ in 0..3 { let t=Instant::now(); for _ in 0..10000 { s.run_concurrent(async |a| lf.call_initialize(a,vec![]).await).await.unwrap().unwrap().unwrap(); } println!("run_concurrent init {:?}",t.elapsed()/10000);
 let t=Instant::now(); s.run_concurrent(async |a| { for _ in 0..10000 { lf.call_initialize(a,vec![]).await.unwrap().unwrap(); } }).await.unwrap(); println!("inside one run_concurrent init {:?}",t.elapsed()/10000);
 let t=Instant::now(); for _ in 0..100 { s.run_concurrent(async |a| g.call_fetch(a,None).await).await.unwrap().unwrap().unwrap(); } println!("fetch 1000 + 2 http {:?}",t.elapsed()/100); }
});}
