"""Classes by name without AllenNLP, which takes seconds to import."""

import difflib
from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable, ClassVar, Dict, List, Optional, Tuple, Type, TypeVar

from seqmix_plugin.errors import ConfigurationError, first_line

if TYPE_CHECKING:
    from allennlp.common import Params

T = TypeVar("T")


class Registered:
    """
    A base class whose subclasses have names, as those of AllenNLP's `Registrable`. In a configuration AllenNLP builds
    them as it builds its own, after `Registrable._registry` has been given `registered`.
    """

    default_implementation: Optional[str] = None
    """None: a configuration has to name the subclass."""
    registered: ClassVar[Dict[str, Tuple[type, Optional[str]]]]
    """The subclasses, and the names of their constructors where AllenNLP is to call another than `__init__`."""

    @classmethod
    def register(
        cls, name: str, constructor: Optional[str] = None, exist_ok: bool = False
    ) -> Callable[[Type[T]], Type[T]]:
        """Registers a class under a name; a `ConfigurationError` when another class has it and `exist_ok` is false."""

        def add(subclass: Type[T]) -> Type[T]:
            known, _ = cls.registered.get(name, (subclass, None))
            if known is not subclass and not exist_ok:
                raise ConfigurationError(
                    f"Cannot register {name} as {cls.__name__}; name already in use for {known.__name__}"
                )
            cls.registered[name] = (subclass, constructor)
            return subclass

        return add

    @classmethod
    def list_available(cls) -> List[str]:
        """The names."""
        return list(cls.registered)

    @classmethod
    def by_name(cls, name: str) -> Any:
        """The class of a name, or of a path such as `my_package.my_module.MyClass`; its constructor if it names one."""
        subclass, constructor = cls.resolve_class_name(name)
        return subclass if constructor is None else getattr(subclass, constructor)

    @classmethod
    def resolve_class_name(cls, name: str) -> Tuple[Any, Optional[str]]:
        """As `by_name`, with the name of the constructor that AllenNLP is to call, if it is not `__init__`."""
        if name in cls.registered:
            return cls.registered[name]
        module, _, kind = name.rpartition(".")
        if module:
            try:
                return getattr(import_module(module), kind), None
            except (AttributeError, ImportError, TypeError, ValueError) as error:
                raise ConfigurationError(f"{name!r} cannot be imported: {first_line(error)}") from error
        close = difflib.get_close_matches(name, cls.registered, n=1)
        raise ConfigurationError(
            f"{name!r} is not a registered name for {cls.__name__!r}"
            + (f", did you mean {close[0]!r}?" if close else f"; expected one of {', '.join(sorted(cls.registered))}")
            + " (of a package of yours: --include-package)"
        )

    @classmethod
    def from_params(cls, params: "Params", *arguments: Any, **extras: Any) -> Any:
        """Builds an object of a block of a configuration."""
        from allennlp.common import FromParams

        return FromParams.from_params.__func__(cls, params, *arguments, **extras)  # type: ignore[attr-defined]
