namespace Rig.Ctl.Operations;

/// <summary>What <c>rigctl</c> ends with; scripts may rely on it.</summary>
internal static class ExitCode
{
    public const int Done = 0;
    public const int Refused = 1;
    public const int Usage = 2;
    public const int Unreachable = 3;
    public const int WrongToken = 4;
    public const int Interrupted = 130;
}

/// <summary>Why a command did not do what it was asked, for the operator, with the exit code that tells scripts.</summary>
internal sealed class OperatorException(int exitCode, string message) : Exception(message)
{
    public int ExitCode { get; } = exitCode;
}
