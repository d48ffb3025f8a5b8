"""The style of the page: for screens of any width, light and dark, and for paper."""

from gansampler.diagnosis import OK, POOR, WARN
from gansampler.plots._style import REAL_COLOR, SYNTHETIC_COLOR
from gansampler.report import BADGES

STYLE = f"""
:root {{ color-scheme: light dark;
  --page: #fff; --ink: #1b1b1b; --soft: #595959; --line: #d4d4d4; --ground: #f4f4f4;
  --real: {REAL_COLOR}; --synthetic: {SYNTHETIC_COLOR}; }}
@media (prefers-color-scheme: dark) {{ :root {{
  --page: #16181b; --ink: #e8e8e8; --soft: #adadad; --line: #44484d;
  --ground: #212428; }} }}
@media print {{ :root {{ color-scheme: light;
  --page: #fff; --ink: #000; --soft: #444; --line: #bbb; --ground: #fff; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; padding: 1rem; max-width: 64rem; background: var(--page);
  color: var(--ink); line-height: 1.5; overflow-wrap: anywhere;
  font-family: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue",
    Arial, sans-serif; }}
h1 {{ font-size: 1.6rem; line-height: 1.2; margin: .5rem 0; }}
h2 {{ font-size: 1.35rem; line-height: 1.2; margin: 2.5rem 0 .5rem;
  border-top: 2px solid var(--line); padding-top: 1rem; }}
h3 {{ font-size: 1.1rem; margin: 1.8rem 0 .4rem; }}
h4 {{ font-size: 1rem; margin: 1rem 0 .3rem; }}
h2 .badge {{ font-size: .9rem; vertical-align: middle; }}
p {{ margin: .4rem 0; max-width: 48rem; }}
header p, .note, .legend, caption, small, footer {{ color: var(--soft); }}
footer {{ border-top: 1px solid var(--line); margin-top: 2rem; font-size: .9rem; }}
a {{ color: inherit; }}
a:focus-visible {{ outline: 2px solid var(--real); }}
.verdict {{ font-size: 1.15rem; padding: .7rem .9rem; background: var(--ground);
  border-left: .4rem solid; max-width: none; }}
.verdict.{OK} {{ border-color: {BADGES[OK]}; }}
.verdict.{WARN} {{ border-color: {BADGES[WARN]}; }}
.verdict.{POOR} {{ border-color: {BADGES[POOR]}; }}
.badge {{ display: inline-block; border-radius: .6em; padding: 0 .6em; color: #fff;
  font-size: .85em; font-weight: 600; line-height: 1.5; white-space: nowrap;
  print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
.badge.{OK} {{ background: {BADGES[OK]}; }}
.badge.{WARN} {{ background: {BADGES[WARN]}; }}
.badge.{POOR} {{ background: {BADGES[POOR]}; }}
.verdicts {{ list-style: none; padding: 0; margin: .4rem 0; }}
.verdicts li {{ margin: .5rem 0; max-width: 48rem; }}
.remedy {{ font-style: italic; }}
table {{ border-collapse: collapse; width: 100%; margin: .6rem 0; }}
caption {{ text-align: left; font-size: .9rem; padding-bottom: .3rem; }}
th, td {{ text-align: left; vertical-align: top; padding: .35rem .7rem .35rem 0;
  border-bottom: 1px solid var(--line); font-weight: normal; }}
thead th {{ font-size: .9rem; color: var(--soft); overflow-wrap: normal; }}
tbody th {{ font-weight: 600; min-width: 6rem; }}
.number {{ text-align: right; font-variant-numeric: tabular-nums;
  overflow-wrap: normal; white-space: nowrap; }}
small {{ display: block; font-weight: normal; font-size: .85rem; }}
.fault {{ display: block; color: var(--ink); font-style: italic; }}
.columns td:last-child {{ min-width: 9rem; font-size: .95rem; }}
.pictures {{ display: grid; gap: .5rem 1.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }}
.pictures.large {{
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 25rem), 1fr)); }}
figure {{ margin: 0; }}
figcaption {{ font-size: .95rem; font-weight: 600; }}
figure svg {{ width: 100%; max-width: 30rem; height: auto; }}
figure svg * {{ stroke-linejoin: round; stroke-linecap: butt; }}
figure svg text {{ font-family: inherit !important; }}
.gauge {{ width: 100%; min-width: 6rem; max-width: 14rem; display: block; }}
.gauge line {{ stroke: var(--line); stroke-width: 1.5; }}
.gauge .span {{ stroke: var(--real); stroke-width: 6; opacity: .4; }}
.gauge .real {{ stroke: var(--real); stroke-width: 3; }}
.gauge .ideal {{ stroke: var(--ink); stroke-dasharray: 3 2; }}
.gauge .synthetic {{ fill: var(--synthetic); }}
.key.real {{ color: var(--real); }}
.key.synthetic {{ color: var(--synthetic); }}
pre {{ white-space: pre-wrap; background: var(--ground); padding: .6rem;
  margin: .4rem 0; font-size: .85rem; }}
dt {{ font-weight: 600; margin-top: .6rem; }}
dd {{ margin: 0; max-width: 48rem; }}
@media (max-width: 34rem) {{
  .figures th:last-child, .figures td:last-child, .overview .number {{
    display: none; }}
  th, td {{ padding-right: .5rem; }}
  tbody th {{ min-width: 5rem; max-width: 8rem; }}
}}
@media print {{
  body {{ max-width: none; padding: 0; font-size: 10pt; }}
  h2, h3, h4, .legend, caption {{ break-after: avoid; }}
  figure, tr, .verdicts li, dt, .verdict {{ break-inside: avoid; }}
  thead {{ display: table-header-group; }}
  .pictures.small, .pictures.large {{ grid-template-columns: repeat(2, 1fr); }}
}}
"""
