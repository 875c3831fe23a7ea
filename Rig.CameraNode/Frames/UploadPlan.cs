namespace Rig.CameraNode.Frames;

/// <summary>What an answer to a picture means.</summary>
internal enum UploadOutcome
{
    /// <summary>It is on the server: 200, or 409 with the same picture.</summary>
    Delivered,

    /// <summary>Another picture has its number there.</summary>
    NumberTaken,

    /// <summary>The server will never take it: 400, 413.</summary>
    Rejected,

    /// <summary>Nothing of it arrived, or nobody knows: network, time-out, 429, 5xx.</summary>
    TryAgain,

    /// <summary>The key does not open: a person has to act, and the pictures wait.</summary>
    NotAllowed,
}

/// <summary>When to try again. Pure; what is chance comes in.</summary>
internal sealed record UploadPlan(int Failures)
{
    private static readonly TimeSpan KeyDelay = TimeSpan.FromSeconds(30);

    public static readonly UploadPlan Start = new(0);

    public static UploadOutcome Judge(int status, bool isSamePicture) => status switch
    {
        >= 200 and < 300 => UploadOutcome.Delivered,
        409 => isSamePicture ? UploadOutcome.Delivered : UploadOutcome.NumberTaken,
        401 or 403 => UploadOutcome.NotAllowed,
        408 or 429 or >= 500 => UploadOutcome.TryAgain,
        404 or 405 or 421 => UploadOutcome.TryAgain,
        _ => UploadOutcome.Rejected,
    };

    public UploadPlan Failed() => new(Failures + 1);

    /// <param name="chance">0 to 1: half of the delay is chance, so that devices do not come back all at once.</param>
    /// <param name="asked">What the server asked for.</param>
    public TimeSpan Delay(UploadOutcome outcome, TimeSpan first, TimeSpan most, double chance, TimeSpan? asked)
    {
        var delay = first * Math.Pow(2, Math.Min(Failures - 1, 20));
        delay = delay > most ? most : delay;
        delay *= 0.5 + (0.5 * chance);
        delay = asked > delay ? (asked.Value < most ? asked.Value : most) : delay;
        return outcome == UploadOutcome.NotAllowed && delay < KeyDelay && most >= KeyDelay ? KeyDelay : delay;
    }
}
