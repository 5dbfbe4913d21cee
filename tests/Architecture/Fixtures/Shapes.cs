// Interfaces, names and lengths as they should not be.
#pragma warning disable CA1040, CA1852, CA1812

namespace Architecture.Fixtures;

internal interface IAlone;

internal sealed class OnlyOne : IAlone;

internal interface IShared<T>;

internal sealed class First : IShared<int>;

internal sealed class Second : IShared<string>;

internal static class TextHelpers;

internal sealed class MessageManager;

internal sealed class GenericRepository<T>
{
    public T? Value { get; init; }
}

internal static class Commonplace;
