using System.Security.Cryptography;
using System.Text;
using Stoa.Core;
using Stoa.Core.Text;

namespace Stoa.Server.Identity;

/// <summary>bcrypt on a few threads of its own, so that a storm of log-ins cannot starve the rest of the server.</summary>
/// <remarks>
/// One hash at cost 12 takes about 0.2 s of a core; the threads stand behind all others where the system lets them (Linux). Work beyond the queue
/// (<see cref="HashingLanes"/>, half of it for devices that were here before) is refused with <c>auth.busy</c> instead of piling up, after a second: who asks again at
/// once then costs no more than who waits as told. Beyond <see cref="MaxHeld"/> such waiting ones the answer is immediate.
/// bcrypt reads 72 bytes: longer passwords are hashed with SHA-384 first, so that every byte counts. Passwords are hashed in Form C (RFC 8265, section 4), because keyboards
/// differ in how they write one and the same letter; a hash that an earlier version made of another form still fits what it was made of.
/// </remarks>
public sealed class PasswordHashing : IDisposable
{
    public static readonly Refusal Busy = Refusal.TooMany("auth.busy", "Too many sign-ins at the moment, please try again shortly");

    private const int MaxHeld = 1000;
    private static readonly TimeSpan Hold = TimeSpan.FromSeconds(1);

    private readonly HashingLanes work;
    private int held;
    private readonly int cost;
    private readonly TimeProvider clock;
    private readonly string decoy;

    /// <param name="cost">bcrypt's log2 rounds, 4 to 16.</param>
    /// <param name="threads">How many hashes run at once.</param>
    /// <param name="queueLength">How many may wait.</param>
    public PasswordHashing(int cost, int threads, int queueLength, TimeProvider clock)
    {
        this.cost = cost;
        this.clock = clock;
        work = new HashingLanes(queueLength);
        decoy = Bcrypt.Hash("nobody's password", cost);
        for (var i = 0; i < threads; i++)
            new Thread(Run) { IsBackground = true, Name = $"password hashing {i}" }.Start();
    }

    /// <summary>The bcrypt hash of a new password, or <see cref="Busy"/>.</summary>
    /// <param name="share">Who asks.</param>
    public Task<Outcome<string>> HashAsync(string password, HashingShare share, CancellationToken cancellation) => Enqueue(
        () => Bcrypt.Hash(Prepared(NormalForm.C(password)), cost), share, cancellation);

    /// <summary>Whether the password fits the hash, or <see cref="Busy"/>.</summary>
    /// <param name="hash">Null or empty when there is no such account, or nobody can sign in to it: the same time is spent, and the answer is false.</param>
    /// <param name="share">Who asks.</param>
    public Task<Outcome<bool>> VerifyAsync(string password, string? hash, HashingShare share, CancellationToken cancellation) => Enqueue(
        () => Fits(password, string.IsNullOrEmpty(hash) ? decoy : hash) && !string.IsNullOrEmpty(hash), share, cancellation);

    /// <summary>True when the hash was made at a lower cost than today's.</summary>
    public bool IsOutdated(string hash)
    {
        var parts = hash.Split('$');
        return parts.Length < 4 || !int.TryParse(parts[2], out var made) || made < cost;
    }

    public void Dispose() => work.Close();

    private async Task<Outcome<T>> Enqueue<T>(Func<T> hashing, HashingShare share, CancellationToken cancellation)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var accepted = work.TryAdd(share, () =>
        {
            // Nobody waits any more: the core is better used for the next one.
            if (cancellation.IsCancellationRequested)
            {
                done.TrySetCanceled(cancellation);
                return;
            }

            try
            {
                done.TrySetResult(hashing());
            }
            catch (Exception fault)
            {
                done.TrySetException(fault);
            }
        });
        if (accepted)
            return await done.Task;
        await HoldAsync(cancellation);
        return Busy;
    }

    private async Task HoldAsync(CancellationToken cancellation)
    {
        try
        {
            if (Interlocked.Increment(ref held) <= MaxHeld)
                await Task.Delay(Hold, clock, cancellation);
        }
        finally
        {
            Interlocked.Decrement(ref held);
        }
    }

    private void Run()
    {
        ThreadNiceness.Lower();
        while (work.Take() is { } hashing)
            hashing();
    }

    private static bool Fits(string password, string hash)
    {
        var form = NormalForm.C(password);
        return Bcrypt.Verify(Prepared(form), hash) || (form != password && Bcrypt.Verify(Prepared(password), hash));
    }

    private static string Prepared(string password)
    {
        var bytes = Encoding.UTF8.GetBytes(password);
        return bytes.Length <= Bcrypt.MaxBytes ? password : Convert.ToBase64String(SHA384.HashData(bytes));
    }
}
