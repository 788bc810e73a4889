/**
 * How the live page looks beside what it shares with a report.
 *
 * @module
 */
export const LIVE_STYLE = `
:root{--bad:#b3261e;--good:#0b6b53;--badcard:#fdeeec;--warncard:#fdf3e7}
@media (prefers-color-scheme:dark){:root{--bad:#ff8a80;--good:#3fc3a0;--badcard:#321a1a;--warncard:#2e2313}}
main{max-width:86rem}
a{color:var(--accent)}
a:focus-visible,button:focus-visible,input:focus-visible,select:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
header{justify-content:space-between}
header h1{overflow-wrap:anywhere}
.clock{color:var(--dim);font-size:.9rem;text-align:right}
.clock p{margin:0}
.dot{display:inline-block;width:.6rem;height:.6rem;border-radius:50%;background:var(--good);margin-right:.4rem}
.lost .dot{background:var(--bad)}
.lost{color:var(--bad);font-weight:600}
.state{border:1px solid var(--line);border-left:.35rem solid var(--good);border-radius:.5rem;padding:.6rem 1rem;background:var(--card)}
.state.warn{border-left-color:var(--warn);background:var(--warncard)}
.state.bad{border-left-color:var(--bad);background:var(--badcard)}
.state .headline{font-weight:650;margin:0}
.findings{margin:.35rem 0 0;padding-left:1.1rem}
.findings li{margin:.25rem 0;overflow-wrap:anywhere}
.next{color:var(--dim);display:block;font-size:.92rem}
.bad{color:var(--bad);font-weight:600}
.state.bad,.state.warn{color:var(--text);font-weight:400}
.good{color:var(--good)}
.two{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,34rem),1fr));gap:0 2.5rem}
.two>section{min-width:0}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.3rem 1.25rem;margin:.75rem 0}
.facts dt{color:var(--dim)}
.facts dd{margin:0;overflow-wrap:anywhere}
.meter{display:block;width:100%;max-width:22rem;height:.55rem;border-radius:.3rem;margin-top:.25rem}
td .meter{width:6rem;margin-left:auto}
.meter .track{fill:var(--line)}
.meter .fill{fill:var(--accent)}
.meter.warn .fill{fill:var(--warn)}
.meter.bad .fill{fill:var(--bad)}
.run{border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem;margin:.75rem 0;background:var(--card)}
.run p{margin:.2rem 0;overflow-wrap:anywhere}
progress{display:block;width:100%;height:.7rem;margin:.5rem 0;border:0;border-radius:.35rem;background:var(--line);color:var(--accent);appearance:none}
progress::-webkit-progress-bar{background:var(--line);border-radius:.35rem}
progress::-webkit-progress-value{background:var(--accent);border-radius:.35rem;transition:inline-size .6s}
progress::-moz-progress-bar{background:var(--accent);border-radius:.35rem}
.run .scroll{max-height:17rem;overflow-y:auto}
.filter{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:end;margin:.75rem 0}
.filter label{display:grid;gap:.15rem;color:var(--dim);font-size:.9rem}
.filter input,.filter select,.filter button{font:inherit;color:var(--text);background:var(--page);border:1px solid var(--dim);border-radius:.35rem;padding:.3rem .55rem;max-width:16rem}
.scripted .filter button{display:none}
.caches thead a{color:inherit;text-decoration:none;display:block;margin:-.3rem -.6rem;padding:.3rem .6rem}
.caches thead a:hover{text-decoration:underline}
.caches th[aria-sort] a::after{content:" ▼";font-size:.75em}
.caches th[aria-sort=ascending] a::after{content:" ▲"}
.caches tbody th{white-space:normal;min-width:11rem;max-width:24rem;overflow-wrap:anywhere}
.caches tbody th .dim{display:block;font-weight:400;font-size:.85rem}
.badge{white-space:nowrap;font-weight:600}
.flash{animation:flash 1.5s ease-out}
@keyframes flash{from{background:color-mix(in srgb,var(--accent) 22%,transparent)}}
@media (prefers-reduced-motion:reduce){*,*::-webkit-progress-value{animation:none!important;transition:none!important}}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media (max-width:40rem){.caches th,.caches td,.run th,.run td{padding:.3rem .35rem}.caches tbody th{min-width:8rem}.caches thead a{white-space:normal}.tiles{grid-template-columns:1fr 1fr;gap:.5rem}.tiles>div{padding:.55rem .75rem}.tiles .value{font-size:1.3rem}.chart{height:15rem}.wide{display:none}main{padding:1rem .9rem 2rem}.clock{text-align:left}.facts{gap:.3rem .8rem}}
`;
