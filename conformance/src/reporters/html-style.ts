// Owns the looks of the HTML report: one style sheet, light and dark, nothing loaded from elsewhere.

export const style = `
:root { color-scheme: light dark; --bg:#f6f7f9; --card:#fff; --line:#e2e5ea; --text:#1b2430; --soft:#5d6878; --code:#f1f3f6;
  --passed:#1a7f4b; --failed:#c0272d; --blocked:#b26a00; --na:#6b7685; --error:#8a3ab9; --accent:#2457d6; }
@media (prefers-color-scheme: dark) { :root { --bg:#12161c; --card:#1a2029; --line:#2c3542; --text:#e6eaf0; --soft:#9aa6b6; --code:#11161d;
  --passed:#4cc38a; --failed:#ff7b7b; --blocked:#f0b253; --na:#93a0b0; --error:#c792ea; --accent:#7ea6ff; } }
* { box-sizing: border-box; }
body { margin:0; background:var(--bg); color:var(--text); font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif; }
main { max-width:1180px; margin:0 auto; padding:24px 20px 64px; }
h1 { font-size:30px; margin:0; letter-spacing:.01em; } h2 { font-size:17px; margin:34px 0 12px; }
.banner { border-radius:14px; padding:24px 28px; background:var(--card); border:1px solid var(--line); border-left:10px solid var(--tone); }
.banner h1 { color:var(--tone); } .banner p { margin:6px 0 0; } .soft { color:var(--soft); }
.facts { display:flex; flex-wrap:wrap; gap:6px 28px; margin-top:14px; font-size:13px; color:var(--soft); } .facts b { color:var(--text); font-weight:600; }
.v-passed { --tone:var(--passed); } .v-failed { --tone:var(--failed); } .v-incomplete { --tone:var(--blocked); } .v-kit-fault { --tone:var(--error); }
.s-passed { --tone:var(--passed); } .s-failed { --tone:var(--failed); } .s-blocked { --tone:var(--blocked); } .s-not-applicable { --tone:var(--na); } .s-error { --tone:var(--error); } .s-expected, .s-unscored { --tone:var(--na); }
.tiles { display:grid; grid-template-columns:repeat(auto-fit,minmax(190px,1fr)); gap:12px; margin-top:16px; }
.tile { background:var(--card); border:1px solid var(--line); border-radius:12px; padding:14px 16px; }
.tile b { display:block; font-size:26px; color:var(--tone,var(--text)); line-height:1.1; } .tile span { font-size:12px; color:var(--soft); }
.split { display:grid; grid-template-columns:repeat(auto-fit,minmax(420px,1fr)); gap:16px; align-items:start; } @media (max-width:520px) { .split { grid-template-columns:1fr; } } .split > * { min-width:0; }
.box { background:var(--card); border:1px solid var(--line); border-radius:12px; padding:16px 18px; overflow-x:auto; }
table { border-collapse:collapse; width:100%; font-size:13px; } th { text-align:left; color:var(--soft); font-weight:500; } td,th { padding:4px 8px 4px 0; } td.n,th.n { text-align:right; font-variant-numeric:tabular-nums; }
.bar { height:8px; border-radius:4px; background:var(--line); min-width:72px; overflow:hidden; } .bar i { display:block; height:100%; background:var(--passed); }
.filters { position:sticky; top:0; z-index:2; display:flex; flex-wrap:wrap; gap:8px; align-items:center; padding:12px 0; background:var(--bg); }
input[type=search], select { font:inherit; font-size:14px; padding:7px 12px; border-radius:9px; border:1px solid var(--line); background:var(--card); color:var(--text); }
input[type=search] { flex:1 1 240px; }
.chip { font:inherit; font-size:13px; padding:5px 12px; border-radius:999px; border:1px solid var(--line); background:var(--card); color:var(--soft); cursor:pointer; }
.chip[aria-pressed=true] { border-color:var(--tone,var(--accent)); color:var(--tone,var(--accent)); font-weight:600; }
:focus-visible { outline:2px solid var(--accent); outline-offset:2px; }
details.check { background:var(--card); border:1px solid var(--line); border-radius:10px; margin:6px 0; }
details.check > summary { display:grid; grid-template-columns:116px 70px minmax(0,1fr) 74px; gap:10px; align-items:center; padding:9px 14px; cursor:pointer; list-style:none; }
details.check > summary::-webkit-details-marker { display:none; } details.check[open] > summary { border-bottom:1px solid var(--line); }
@media (max-width:640px) { details.check > summary { grid-template-columns:1fr 70px; } }
.badge { color:var(--tone); font-weight:600; font-size:12px; text-transform:uppercase; letter-spacing:.04em; } .badge::before { content:"●"; margin-right:6px; }
.level { font-size:11px; color:var(--soft); border:1px solid var(--line); border-radius:6px; padding:1px 7px; justify-self:start; }
.what { min-width:0; } .what code { font-size:12px; color:var(--soft); display:block; overflow-wrap:anywhere; } .ms { text-align:right; color:var(--soft); font-size:12px; font-variant-numeric:tabular-nums; }
.body { padding:6px 16px 16px; } .body h3 { font-size:12px; text-transform:uppercase; letter-spacing:.05em; color:var(--soft); margin:16px 0 6px; }
.failure { border-left:3px solid var(--failed); padding:6px 12px; margin:8px 0; background:var(--code); border-radius:0 8px 8px 0; }
.failure dl { display:grid; grid-template-columns:80px minmax(0,1fr); gap:2px 10px; margin:4px 0 0; font-size:13px; } dt { color:var(--soft); } dd { margin:0; font-family:ui-monospace,monospace; overflow-wrap:anywhere; white-space:pre-wrap; }
details.wire { margin:4px 0; font-size:13px; } details.wire > summary { cursor:pointer; overflow-wrap:anywhere; }
pre { margin:6px 0; padding:10px 12px; background:var(--code); border-radius:8px; overflow-x:auto; font:12px/1.45 ui-monospace,SFMono-Regular,Menlo,monospace; white-space:pre-wrap; overflow-wrap:anywhere; }
.repeat { color:var(--soft); font-size:13px; margin-top:8px; } .body p.soft { font-size:13px; margin:10px 0 4px; }
.copy { font:inherit; font-size:12px; border:1px solid var(--line); border-radius:6px; background:var(--card); color:var(--soft); cursor:pointer; padding:1px 8px; }
.matrix td, .matrix th { vertical-align:top; border-top:1px solid var(--line); padding:4px 10px 4px 0; } .matrix th { color:var(--text); font-weight:600; white-space:nowrap; width:130px; line-height:28px; } .matrix td { line-height:26px; }
.topic { margin-right:16px; } .topic > span { white-space:nowrap; } .topic b { font:11px ui-monospace,monospace; color:var(--soft); margin-right:4px; }
.q { display:inline-block; min-width:26px; margin:1px; padding:0 3px; border-radius:4px; font:11px/18px ui-monospace,monospace; text-align:center; text-decoration:none; color:var(--tone); border:1px solid var(--tone); }
.q.should { border-style:dashed; } .q.s-failed, .q.s-blocked { background:var(--tone); color:var(--card); font-weight:700; } .s-not-executed { --tone:var(--na); }
ul.plain { margin:0; padding-left:18px; font-size:13px; } footer { margin-top:40px; font-size:12px; color:var(--soft); }
[hidden] { display:none !important; }
`;
