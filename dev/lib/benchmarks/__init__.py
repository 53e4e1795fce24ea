"""One benchmark a module, each with ``run(registry)``, which yields tables."""

from dataclasses import dataclass, field


@dataclass
class Table:
    """What a benchmark found: a title, the heads of its columns, and rows of text."""

    title: str
    heads: list[str]
    rows: list[list[str]] = field(default_factory=list)

    def __str__(self):
        lines = [self.heads, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        texts = [
            "  ".join(
                cell.ljust(width) if index == 0 else cell.rjust(width)
                for index, (cell, width) in enumerate(zip(line, widths, strict=True))
            )
            for line in lines
        ]
        return "\n".join(["", self.title, texts[0], "-" * len(texts[0]), *texts[1:]])
