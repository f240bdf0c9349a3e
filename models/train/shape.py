"""The sizes of a falcon-h1 model: attention and Mamba-2 side by side in every block."""
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Shape:
    """Counts and widths, named as in the GGUF keys they become.

    Every row that is quantised (width, ff, attention and SSM widths) is a multiple of 32, the
    block of Q8_0."""

    vocab: int = 2048
    width: int = 128          # embedding_length
    layers: int = 12          # block_count
    heads: int = 4            # attention.head_count
    kv_heads: int = 1         # attention.head_count_kv
    head_dim: int = 32        # attention.key_length and value_length
    ff: int = 352             # feed_forward_length
    ssm_heads: int = 4        # ssm.time_step_rank
    ssm_head_dim: int = 32
    ssm_state: int = 32       # ssm.state_size
    conv: int = 4             # ssm.conv_kernel
    context: int = 1024       # context_length
    rope_base: float = 10000.0
    eps: float = 1e-5

    def __post_init__(self):
        for name in ("width", "ff", "q_width", "ssm_inner"):
            if getattr(self, name) % 32:
                raise ValueError(f"{name} is {getattr(self, name)}; a multiple of 32 is wanted")
        if self.heads % self.kv_heads or self.head_dim % 2:
            raise ValueError("heads come in equal groups, and a head has pairs to rotate")

    @property
    def q_width(self):
        return self.heads * self.head_dim

    @property
    def kv_width(self):
        return self.kv_heads * self.head_dim

    @property
    def ssm_inner(self):
        """ssm.inner_size"""
        return self.ssm_heads * self.ssm_head_dim

    @property
    def conv_width(self):
        """Channels of the convolution: x, B and C."""
        return self.ssm_inner + 2 * self.ssm_state

    @property
    def in_splits(self):
        """Rows of the joint input projection: q, k, v, then z, xBC and dt of the SSM."""
        return (self.q_width, self.kv_width, self.kv_width,
                self.ssm_inner, self.conv_width, self.ssm_heads)

    def as_dict(self):
        return asdict(self)


SHAPES = {
    "toy": Shape(vocab=1024, width=64, layers=4, heads=2, kv_heads=1, ff=160, ssm_heads=3),
    "xs": Shape(width=96, layers=16, heads=3, kv_heads=1, ff=256, ssm_heads=4),
    "s": Shape(),
    "s-deep": Shape(layers=16, ff=320),
    "m": Shape(width=160, layers=16, heads=5, kv_heads=1, ff=416, ssm_heads=8),
    # For a GPU: just under 12 MB as Q8_0.
    "l": Shape(vocab=4096, width=192, layers=17, heads=6, kv_heads=2, ff=512, ssm_heads=9),
}
