namespace Rig.CameraNode.Dashcam.Processes;

/// <param name="Arguments">Reach the program as they are; no shell reads them.</param>
/// <param name="Input">For its standard input; null closes it at once.</param>
/// <param name="Timeout">The program is ended then.</param>
internal sealed record ProgramCall(string Program, IReadOnlyList<string> Arguments, TimeSpan Timeout, ReadOnlyMemory<byte>? Input = null)
{
    /// <summary>For a person to read.</summary>
    public override string ToString() => string.Join(' ', Arguments.Select(Readable).Prepend(Program));

    private static string Readable(string argument) =>
        argument.Length > 0 && !argument.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '"' or '\'' or '\\' or '$')
            ? argument
            : "'" + new string([.. argument.Select(c => char.IsControl(c) ? '?' : c)]).Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}

/// <param name="ExitCode">Null where the program could not be started or did not end in time.</param>
/// <param name="Problem">Why it did not work, one sentence; null after exit code 0.</param>
internal sealed record ProgramResult(int? ExitCode, ReadOnlyMemory<byte> OutputBytes, string Errors, string? Problem)
{
    internal bool Succeeded => ExitCode == 0 && Problem is null;

    internal string Output => System.Text.Encoding.UTF8.GetString(OutputBytes.Span);
}

/// <summary>Other programs of this machine.</summary>
internal interface IProcesses
{
    /// <summary>Runs one to its end.</summary>
    /// <exception cref="OperationCanceledException">The program was ended because of the token.</exception>
    Task<ProgramResult> RunAsync(ProgramCall call, CancellationToken cancellationToken);

    /// <summary>Where a program is found, by the PATH; null where it is not.</summary>
    string? Find(string program);
}
