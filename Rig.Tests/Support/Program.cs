using Rig.Tests.Faults;

// What tests start as processes of their own. The test runner does not come through here.
return args switch
{
    ["record-host", var folder, var run, var seed] => RecorderHost.Run(folder, run, int.Parse(seed, System.Globalization.CultureInfo.InvariantCulture)),
    _ => 2,
};
