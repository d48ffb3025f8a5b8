"""The classes of this package that a model file may hold, and how.

A class needs to be in ``STORABLE`` and no more: its state is what its instances have
as attributes. The tests see to it that no class that a sampler holds is forgotten.
"""

from __future__ import annotations

from typing import Any

from torch import nn

from gansampler.diagnosis import Verdict
from gansampler.encoding.arithmetic import Formula
from gansampler.encoding.categorical import CategoricalColumn
from gansampler.encoding.clock import ClockColumn
from gansampler.encoding.dependencies import Dependencies
from gansampler.encoding.grids import Grid
from gansampler.encoding.lenders import Lenders
from gansampler.encoding.marginals import Marginal, MarginalMap
from gansampler.encoding.numeric import NumericColumn
from gansampler.encoding.rules import Rules
from gansampler.evidence import Evidence
from gansampler.gan import GAN, TrainingSettings
from gansampler.gan.latent import Latent
from gansampler.gan.networks import Discriminator, Generator
from gansampler.onehot import OneHotGroups
from gansampler.persistence._pandas import PANDAS
from gansampler.persistence._values import (
    VALUES,
    Kind,
    Reader,
    Writer,
    read_pairs,
    write_pairs,
)
from gansampler.report import ClassReport, Report
from gansampler.selection import RowSelection
from gansampler.summary import ColumnSummary
from gansampler.synthesis import ClassGenerator, RowSettings
from gansampler.table import TableEncoder
from gansampler.tabular import Container
from gansampler.theory import TheoryReadout

STORABLE: tuple[type, ...] = (
    ClassGenerator,
    ClassReport,
    TheoryReadout,
    Evidence,
    Verdict,
    TrainingSettings,
    RowSettings,
    Container,
    OneHotGroups,
    RowSelection,
    TableEncoder,
    ColumnSummary,
    NumericColumn,
    ClockColumn,
    CategoricalColumn,
    Grid,
    Rules,
    Dependencies,
    Formula,
    Lenders,
    Marginal,
    MarginalMap,
    GAN,
    Latent,
    Generator,
    Discriminator,
    nn.Sequential,
    nn.Linear,
    nn.LeakyReLU,
)


def _write_attributes(writer: Writer, instance: Any) -> dict[str, Any]:
    return {name: writer.write(value) for name, value in vars(instance).items()}


def _write_module(writer: Writer, module: nn.Module) -> dict[str, Any]:
    plain = set(vars(nn.Module())) - {"training"}
    attributes = {k: v for k, v in vars(module).items() if k not in plain}
    return {
        "attributes": {k: writer.write(v) for k, v in attributes.items()},
        "parameters": {
            name: None
            if weight is None
            else [writer.write(weight.detach()), weight.requires_grad]
            for name, weight in module._parameters.items()
        },
        "buffers": {k: writer.write(v) for k, v in module._buffers.items()},
        "modules": {k: writer.write(v) for k, v in module._modules.items()},
    }


def _reader_of(cls: type) -> Any:
    """A function that makes an instance of a class again, without its constructor."""

    def read_instance(reader: Reader, payload: Any) -> Any:
        instance: Any = object.__new__(cls)
        vars(instance).update({k: reader.read(v) for k, v in payload.items()})
        return instance

    def read_module(reader: Reader, payload: Any) -> nn.Module:
        module: Any = object.__new__(cls)
        nn.Module.__init__(module)
        for name, value in payload["attributes"].items():
            setattr(module, name, reader.read(value))
        for name, value in payload["parameters"].items():
            weight = None
            if value is not None:
                weight = nn.Parameter(reader.read(value[0]), requires_grad=value[1])
            module.register_parameter(name, weight)
        for name, value in payload["buffers"].items():
            module.register_buffer(name, reader.read(value))
        for name, value in payload["modules"].items():
            module.add_module(name, reader.read(value))
        return module

    return read_module if issubclass(cls, nn.Module) else read_instance


def _kind_of(cls: type) -> Kind:
    write = _write_module if issubclass(cls, nn.Module) else _write_attributes
    return Kind(cls.__name__, cls, write, _reader_of(cls), shared=True)


REPORT = Kind(
    "Report",
    Report,
    write_pairs,
    lambda reader, pairs: Report(read_pairs(reader, pairs)),
)

KINDS = [*map(_kind_of, STORABLE), REPORT, *VALUES, *PANDAS]
"""All that a model file may hold beyond plain JSON."""
