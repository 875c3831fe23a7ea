namespace Rig.Rehearsal.Demo;

/// <summary>The demo cannot go on; the message is for the person at the terminal.</summary>
public sealed class DemoException : Exception
{
    public DemoException(string message)
        : base(message)
    {
    }

    /// <param name="code">Of a refusal, as <c>ProblemCodes</c> has them; null where it came without one.</param>
    public DemoException(string message, string? code)
        : base(message) => Code = code;

    public DemoException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public string? Code { get; }
}
