/**
 * How the page looks: light and dark, wide and narrow, on paper.
 *
 * @module
 */
export const STYLE = `
:root{color-scheme:light dark;--page:#fff;--text:#1c2129;--dim:#565e6c;--line:#d9dde3;--card:#f5f6f8;--accent:#1d6fb8;--warn:#a3430f}
@media (prefers-color-scheme:dark){:root{--page:#15181d;--text:#e8ebf0;--dim:#a5adba;--line:#343a44;--card:#1e2229;--accent:#5aa9f0;--warn:#f0915a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:68rem;margin:0 auto;padding:1.5rem 1.25rem 3rem}
header{display:flex;gap:1.25rem;align-items:center;flex-wrap:wrap;border-bottom:1px solid var(--line);padding-bottom:1rem;margin-bottom:1.25rem}
header img{max-height:4rem;max-width:12rem}
h1{font-size:1.6rem;line-height:1.25;margin:0}
h2{font-size:1.15rem;margin:2.25rem 0 .5rem}
h3{font-size:1rem;margin:1.25rem 0 .25rem}
p{margin:.4rem 0}
.organisation,.period,.dim{color:var(--dim)}
.organisation,.period{margin:0}
.summary{font-size:1.15rem;max-width:46rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.75rem;margin:1.25rem 0 0;padding:0}
.tiles>div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;padding:.75rem 1rem}
.tiles dt{color:var(--dim);font-size:.9rem}
.tiles dd{margin:0}
.tiles .value{font-size:1.6rem;font-weight:650;font-variant-numeric:tabular-nums}
.tiles .change{font-size:.85rem;color:var(--dim)}
.chart{position:relative;height:19rem}
.chart.lying{height:calc(4rem + var(--bars,8)*1.6rem)}
.scroll{overflow-x:auto}
.scroll:focus-visible,summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:.92rem}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
td bdi{overflow-wrap:anywhere}
th{font-weight:600;white-space:nowrap}
.number{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tfoot th,tfoot td{border-top:2px solid var(--line);font-weight:600}
summary{cursor:pointer;color:var(--accent);padding:.35rem 0}
.warn{color:var(--warn);font-weight:600}
footer{margin-top:2.5rem;border-top:1px solid var(--line);padding-top:.75rem;color:var(--dim);font-size:.85rem}
@page{margin:14mm}
@media print{
:root{color-scheme:light;--page:#fff;--text:#1c2129;--dim:#565e6c;--line:#d9dde3;--card:#f5f6f8;--accent:#1d6fb8;--warn:#a3430f}
body{font-size:10.5pt}
main{max-width:none;padding:0}
.chart,tr,.tiles>div{break-inside:avoid}
h2,h3{break-after:avoid}
.scroll{overflow:visible}
details:not([open]){display:none}
summary{display:none}
}
`;
