namespace Rig.Ctl.Operations;

/// <summary>Finds the token that a node asks for.</summary>
internal static class OperatorToken
{
    public const string Variable = "RIG_OPERATIONS_TOKEN";

    private static readonly string[] UsualFiles = ["/var/lib/rig-node/operations-token", "/var/lib/rig-ingest/operations-token", "/data/soccer-rig/operations-token"];

    /// <summary>The given file's, else the environment's, else that of the program on this machine.</summary>
    /// <exception cref="OperatorException">There is none.</exception>
    public static string Find(string? file)
    {
        if (file is null && Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } token)
        {
            return token;
        }

        var path = file ?? UsualFiles.FirstOrDefault(File.Exists)
            ?? throw new OperatorException(ExitCode.WrongToken, $"There is no token: name its file with --token-file, or set {Variable}. The node keeps it where Rig:Operations:TokenPath says.");
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new OperatorException(ExitCode.WrongToken, $"The token could not be read: {e.Message} Run rigctl as the node's user, or copy the token's file.");
        }
    }
}
