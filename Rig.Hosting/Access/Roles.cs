namespace Rig.Hosting.Access;

/// <summary>What a caller may be. A route names the roles that it serves; docs/design/security.md says who has which.</summary>
public static class Roles
{
    /// <summary>A paired phone that films: starts, stops, aims, tests, watches previews.</summary>
    public const string Operator = "operator";

    /// <summary>A paired phone or account that also changes settings, network and versions, deletes, switches off and pairs others. Is an operator too.</summary>
    public const string Owner = "owner";

    /// <summary>An account of the home server that watches and downloads, and changes nothing.</summary>
    public const string Member = "member";

    /// <summary>Another camera node of the same rig, by its certificate.</summary>
    public const string Node = "node";

    /// <summary>The rig's home server, by its certificate.</summary>
    public const string Server = "server";

    /// <summary>A program that brings recordings with an API key.</summary>
    public const string Uploader = "uploader";

    /// <summary>A still-frame camera, by its own key.</summary>
    public const string Device = "device";
}
