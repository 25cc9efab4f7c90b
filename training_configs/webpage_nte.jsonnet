// Figure 2c, Table 6: WebPage, NTE sampling.
import 'paper/webpage_nte.jsonnet'
