"""What `inference.serving` is handed of this package: each stream under the name that the endpoints call it by."""

from inference.serving.streams import Streams

from .checks import check_stream
from .comparison import compare_stream
from .counterfactual import counterfactual_stream
from .explainer import explain_stream
from .summary import whole
from .sweep import sweep_stream
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
)
