// Functions that are too long, one of them rewritten by the compiler, and one that is long enough.

namespace Architecture.Fixtures;

internal static class LongFunction
{
    public static int Sum(int factor)
    {
        var total = 0;
        total += 1 * factor;
        total += 2 * factor;
        total += 3 * factor;
        total += 4 * factor;
        total += 5 * factor;
        total += 6 * factor;
        total += 7 * factor;
        total += 8 * factor;
        total += 9 * factor;
        total += 10 * factor;
        total += 11 * factor;
        total += 12 * factor;
        total += 13 * factor;
        total += 14 * factor;
        total += 15 * factor;
        total += 16 * factor;
        total += 17 * factor;
        total += 18 * factor;
        total += 19 * factor;
        total += 20 * factor;
        total += 21 * factor;
        total += 22 * factor;
        total += 23 * factor;
        total += 24 * factor;
        total += 25 * factor;
        total += 26 * factor;
        total += 27 * factor;
        total += 28 * factor;
        total += 29 * factor;
        total += 30 * factor;
        total += 31 * factor;
        total += 32 * factor;
        total += 33 * factor;
        total += 34 * factor;
        total += 35 * factor;
        total += 36 * factor;
        total += 37 * factor;
        total += 38 * factor;
        total += 39 * factor;
        total += 40 * factor;
        total += 41 * factor;
        total += 42 * factor;
        total += 43 * factor;
        total += 44 * factor;
        total += 45 * factor;
        total += 46 * factor;
        total += 47 * factor;
        total += 48 * factor;
        total += 49 * factor;
        total += 50 * factor;
        total += 51 * factor;
        total += 52 * factor;
        total += 53 * factor;
        total += 54 * factor;
        total += 55 * factor;
        total += 56 * factor;
        total += 57 * factor;
        return total;
    }
}

internal static class LongAsyncFunction
{
    public static async Task<int> SumAsync(int factor)
    {
        var total = 0;
        await Task.Yield();
        total += 1 * factor;
        total += 2 * factor;
        total += 3 * factor;
        total += 4 * factor;
        total += 5 * factor;
        total += 6 * factor;
        total += 7 * factor;
        total += 8 * factor;
        total += 9 * factor;
        total += 10 * factor;
        total += 11 * factor;
        total += 12 * factor;
        total += 13 * factor;
        total += 14 * factor;
        total += 15 * factor;
        total += 16 * factor;
        total += 17 * factor;
        total += 18 * factor;
        total += 19 * factor;
        total += 20 * factor;
        total += 21 * factor;
        total += 22 * factor;
        total += 23 * factor;
        total += 24 * factor;
        total += 25 * factor;
        total += 26 * factor;
        total += 27 * factor;
        total += 28 * factor;
        total += 29 * factor;
        total += 30 * factor;
        total += 31 * factor;
        total += 32 * factor;
        total += 33 * factor;
        total += 34 * factor;
        total += 35 * factor;
        total += 36 * factor;
        total += 37 * factor;
        total += 38 * factor;
        total += 39 * factor;
        total += 40 * factor;
        total += 41 * factor;
        total += 42 * factor;
        total += 43 * factor;
        total += 44 * factor;
        total += 45 * factor;
        total += 46 * factor;
        total += 47 * factor;
        total += 48 * factor;
        total += 49 * factor;
        total += 50 * factor;
        total += 51 * factor;
        total += 52 * factor;
        total += 53 * factor;
        total += 54 * factor;
        total += 55 * factor;
        total += 56 * factor;
        total += 57 * factor;
        return total;
    }
}

internal static class FunctionOfGoodLength
{
    public static int Sum(int factor)
    {
        var total = 0;
        total += 1 * factor;
        total += 2 * factor;
        total += 3 * factor;
        total += 4 * factor;
        total += 5 * factor;
        total += 6 * factor;
        total += 7 * factor;
        total += 8 * factor;
        total += 9 * factor;
        total += 10 * factor;
        total += 11 * factor;
        total += 12 * factor;
        total += 13 * factor;
        total += 14 * factor;
        total += 15 * factor;
        total += 16 * factor;
        total += 17 * factor;
        total += 18 * factor;
        total += 19 * factor;
        total += 20 * factor;
        total += 21 * factor;
        total += 22 * factor;
        total += 23 * factor;
        total += 24 * factor;
        total += 25 * factor;
        total += 26 * factor;
        total += 27 * factor;
        total += 28 * factor;
        total += 29 * factor;
        total += 30 * factor;
        total += 31 * factor;
        total += 32 * factor;
        total += 33 * factor;
        total += 34 * factor;
        total += 35 * factor;
        total += 36 * factor;
        total += 37 * factor;
        total += 38 * factor;
        total += 39 * factor;
        return total;
    }
}
