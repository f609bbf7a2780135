"""What `inference.serving` is handed of this package: each stream under the name that the endpoints call it by."""

from inference.serving.streams import Streams

from .changes import Counterfactuals
from .checks import Finding, check_stream
from .comparison import Comparison, compare_stream
from .counterfactual import counterfactual_stream
from .explainer import explain_stream
from .reasons import top
from .summary import Summary, whole
from .sweep import Sweep, sweep_stream
from .types import Explanation
from .varying import differ, vary

STREAMS = Streams(
    explain=explain_stream,
    check=check_stream,
    change=counterfactual_stream,
    sweep=sweep_stream,
    compare=compare_stream,
    vary=vary,
    differ=differ,
    summarise=whole,
    reason=top,
    answers={
        "explain": Explanation,
        "check": Finding,
        "compare": Comparison,
        "counterfactuals": Counterfactuals,
        "sweep": Sweep,
        "summary": Summary,
    },
)
